// Makes sure that what a command needs is there: Node, npm packages, Debian packages. Installs what it may, else says exactly what to install.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
/** Where things live that several clones may share: fetched kernels, the VS Code under test. */
export const sharedCache = path.join(process.env.XDG_CACHE_HOME ?? path.join(process.env.HOME ?? '/tmp', '.cache'), 'bootscope');

/** Progress goes to stderr, so that `--json` on stdout stays one value. */
export const say = (text) => process.stderr.write(`${text}\n`);

/** Ends the command with the exit code that means "cannot start here". */
export function giveUp(lines) {
  for (const line of lines) say(line);
  process.exit(3);
}

export function ensureNode() {
  const [major = 0] = process.versions.node.split('.').map(Number);
  if (major < 20) giveUp([`Node ${process.versions.node} is too old: install Node 20 or newer.`]);
}

/** `npm ci` when node_modules is missing or was made from another lock file. */
export function ensureNpm() {
  const digest = createHash('sha256').update(fs.readFileSync(path.join(root, 'package-lock.json'))).digest('hex');
  const stamp = path.join(root, 'node_modules', '.bootscope-lock');
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === digest) return;
  say('Installing npm packages (npm ci) …');
  const result = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (result.status !== 0) giveUp(['npm ci failed: is the npm registry reachable? Then run `npm ci --ignore-scripts` by hand and look at its message.']);
  fs.writeFileSync(stamp, digest);
}

const inPath = (name) => (process.env.PATH ?? '').split(':').some((folder) => folder !== '' && fs.existsSync(path.join(folder, name)));
const present = (probe) => (probe.startsWith('/') ? fs.existsSync(probe) : inPath(probe) || fs.existsSync(path.join('/usr/bin', probe)));
const installedByDpkg = (name) => spawnSync('dpkg-query', ['-W', '-f=${Status}', name], { encoding: 'utf8' }).stdout?.includes('install ok installed') === true;

export const isDebian = () => fs.existsSync('/etc/debian_version') && inPath('apt-get');
export const isRoot = () => process.getuid?.() === 0;

/** apt-get with its output on stderr; the exit status. */
export const apt = (args, options = {}) =>
  spawnSync('apt-get', args, { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, ...options }).status;

/** Debian packages of these groups of packages.json. A package counts as there when its programs are, or when dpkg has it. */
export function ensurePackages(...groups) {
  const table = JSON.parse(fs.readFileSync(path.join(root, 'scripts/setup/packages.json'), 'utf8'));
  const missing = groups
    .flatMap((group) => table[group])
    .filter(({ apt: name, probe }) => !(probe.length > 0 && probe.every(present)) && !(isDebian() && installedByDpkg(name)));
  if (missing.length === 0) return;
  const names = missing.map(({ apt: name }) => name);
  const byHand = [`Missing here: ${names.join(' ')}`, `On Debian: apt-get install --no-install-recommends ${names.join(' ')}`, 'Elsewhere: install the programs these packages hold, then run this again.'];
  if (!isDebian() || !isRoot()) giveUp(byHand);
  say(`Installing Debian packages: ${names.join(' ')} …`);
  apt(['update', '-qq']);
  if (apt(['install', '-y', '-qq', '--no-install-recommends', ...names]) !== 0) giveUp(['apt-get failed.', ...byHand]);
}
