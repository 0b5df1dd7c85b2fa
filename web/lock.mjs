// Makes package-lock.json anew from package.json, without addresses: integrity hashes are what pins a package.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

for (const folder of process.argv.slice(2)) {
  execFileSync("npm", ["install", "--package-lock-only", "--ignore-scripts", "--silent"], { cwd: folder });
  const file = `${folder}/package-lock.json`;
  const lock = JSON.parse(readFileSync(file, "utf8"));
  for (const entry of Object.values(lock.packages)) {
    delete entry.resolved;
    delete entry.funding;
  }
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
}
