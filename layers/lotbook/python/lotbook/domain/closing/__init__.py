"""What a closed account's records keep when everything that names a person is taken out of them."""
