// Writes the types of an OpenAPI document, checks client.ts against them, and leaves client.js: what is wrong goes to stderr.
// node build.mjs OPENAPI_JSON OUTPUT_FOLDER
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

const [document, output] = process.argv.slice(2);
await mkdir(output, { recursive: true });
await writeFile(join(output, "schema.d.ts"), astToString(await openapiTS(pathToFileURL(document))));
await copyFile(new URL("client.ts", import.meta.url), join(output, "client.ts"));
const program = ts.createProgram([join(output, "client.ts")], {
  strict: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ES2022,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
  types: [],
});
const checked = ts.getPreEmitDiagnostics(program);
const found = checked.length ? [...checked] : [...program.emit().diagnostics]; // what is wrong leaves no client.js
for (const each of found) {
  const at = each.file?.getLineAndCharacterOfPosition(each.start ?? 0);
  console.error(`${each.file?.fileName}:${(at?.line ?? 0) + 1}: ${ts.flattenDiagnosticMessageText(each.messageText, "\n")}`);
}
process.exit(found.length ? 1 : 0);
