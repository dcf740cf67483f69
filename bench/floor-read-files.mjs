/** Floor of a cold compile: finds every file of a project, asks for its size and time, and reads it. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const [root = '.', how = 'read'] = process.argv.slice(2);
let files = 0;
let bytes = 0;

function walk(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) walk(path);
    else {
      files += 1;
      bytes += statSync(path).size;
      if (how === 'read') readFileSync(path, 'utf8');
    }
  }
}

walk(join(root, 'models'));
process.stdout.write(`${JSON.stringify({ files, bytes })}\n`);
