// Runs modules one after the other, in one Node: arguments are pairs of address and file. Prints what each of them printed.
const found = {};
const [, , ...pairs] = process.argv;
const print = console.log;
for (let at = 0; at < pairs.length; at += 2) {
  const lines = [];
  process.env.LOTBOOK_URL = pairs[at];
  console.log = (...words) => lines.push(words.map((each) => (typeof each === "string" ? each : JSON.stringify(each))).join(" "));
  try {
    await import(pairs[at + 1]);
    found[pairs[at + 1]] = { lines, error: null };
  } catch (error) {
    found[pairs[at + 1]] = { lines, error: String(error?.stack ?? error) };
  }
}
print(JSON.stringify(found));
