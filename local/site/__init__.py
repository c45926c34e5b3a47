"""The pages of the site: docs/ and its neighbours with links that hold, a reference from the OpenAPI document, llms.txt."""
