import fs from 'node:fs';
import path from 'node:path';

/** Whether shellcheck can be run from here: then general advice on shell is left to it. */
export const shellcheckInstalled = (search = process.env.PATH ?? ''): boolean =>
  search.split(path.delimiter).some((folder) => folder !== '' && ['shellcheck', 'shellcheck.exe'].some((name) => fs.existsSync(path.join(folder, name))));
