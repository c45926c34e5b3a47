// Checks clients/typescript by its own tsconfig, with its examples, and leaves the package's JavaScript: what is wrong goes to stderr.
// node check.mjs CLIENT_FOLDER OUTPUT_FOLDER
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import ts from "typescript";

const [client, output] = process.argv.slice(2);
// Express is not installed for this: its part of the example is not checked.
const ambient = join(output, "express.d.ts");
await writeFile(
  ambient,
  'declare module "express" { const express: any; export default express; export type Request = any; export type Response = any; }\n' +
    "declare const process: { env: Record<string, string | undefined> };\n",
);

function report(each) {
  const at = each.file?.getLineAndCharacterOfPosition(each.start ?? 0);
  console.error(`${each.file?.fileName}:${(at?.line ?? 0) + 1}: ${ts.flattenDiagnosticMessageText(each.messageText, "\n")}`);
  process.exitCode = 1;
}

// One program for both, for a compiler reads the library's types anew for each.
const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: report };
const config = ts.getParsedCommandLineOfConfigFile(join(client, "tsconfig.build.json"), {}, host);
config.errors.forEach(report);
const paths = { "lotbook-client": [join(client, "src", "index.ts")] };
const options = { ...config.options, outDir: output, rootDir: client, paths };
const examples = ts.sys.readDirectory(join(client, "examples"), [".ts"]);
const program = ts.createProgram([...config.fileNames, ...examples, ambient], options);
ts.getPreEmitDiagnostics(program).forEach(report);
program.emit();
