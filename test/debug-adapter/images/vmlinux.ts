import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const cache = path.join(process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache'), 'bootscope', 'linux');

/** A real Debian kernel with debug information, if the tests' set-up has fetched one. */
export const vmlinux = (fs.existsSync(cache) ? fs.readdirSync(cache) : []).map((version) => path.join(cache, version, 'vmlinux')).find((file) => fs.existsSync(file));
