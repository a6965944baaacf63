import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DocumentLink, DocumentSymbol, FoldingRange } from 'vscode-languageserver/node';
import { Client } from './client';

const script = `#!/rescue/sh
# Finds the medium,
# mounts it
# and changes to it.
setup() {
  kenv live.stage=one
  if [ -e /dev/cd0 ]; then
    mount -t cd9660 /dev/cd0 /media
    echo found
  else
    exit 1
  fi
}
setup
while :; do
  case $x in
    a)
      echo a
      ;;
  esac
done
cat <<END
one
two
END
. /etc/live.subr
kenv init_chroot=/sysroot
exec /sbin/missing
`;

const unit = `# The root.
# It waits
# for disks.
[unit]
description = "root"
requires_weak = [
  "40_drivers.target",
  "99_nowhere.service",
]

[service]
cmd = "redoxfs"
type = "oneshot"
`;
const config = `[[files]]
path = "/usr/lib/init.d/30_console.service"
data = """
[unit]
description = "console"

[service]
cmd = "getty"
"""

[[files]]
path = "/usr/lib/init.d/31_debug.service"
data = """
[unit]
requires_weak = ["30_console.service"]
[service]
cmd = "getty"
"""
`;

describe('the structure of a text over LSP', () => {
  let client: Client;
  const [init, rootfs, toml] = ['cd/init.sh', 'base/init.initfs.d/50_rootfs.service', 'config/live.toml'];
  beforeAll(async () => {
    client = await Client.start({ [init]: script, 'cd/etc/live.subr': '', 'cd/boot/loader.conf': 'init_script="/init.sh"\n', [rootfs]: unit, 'base/init.initfs.d/40_drivers.target': '[unit]\n', [toml]: config });
    await client.open(init, 'shellscript');
    await client.open(rootfs, 'redox-init-unit');
    await client.open(toml, 'toml');
  });
  afterAll(() => client.stop());
  const folds = async (name: string): Promise<[number, number][]> => (await client.about<FoldingRange[]>('foldingRange', name)).map((one): [number, number] => [one.startLine, one.endLine]).sort(([a], [b]) => a - b);
  const links = async (name: string): Promise<[line: number, target: string][]> => (await client.about<DocumentLink[]>('documentLink', name)).map((one) => [one.range.start.line, one.target?.slice(client.uri('').length + 1) ?? '']);

  it('folds blocks and comments of a boot script', async () => {
    expect(await folds(init)).toEqual([
      [1, 3],
      [4, 11],
      [6, 10],
      [14, 19],
      [15, 18],
      [16, 18],
      [21, 23],
    ]);
  });

  it('puts the variables of a function below it', async () => {
    const symbols = await client.about<DocumentSymbol[]>('documentSymbol', init);
    expect(symbols.map((one) => [one.name, one.children?.map((child) => child.name) ?? []])).toEqual([
      ['setup', ['live.stage']],
      ['init_chroot', []],
    ]);
  });

  it('links paths of a script to files of the image tree', async () => {
    expect(await links(init)).toEqual([[25, 'cd/etc/live.subr']]);
  });

  it('folds tables, lists and comments of a unit, and units of a configuration', async () => {
    expect(await folds(rootfs)).toEqual([
      [0, 2],
      [3, 8],
      [5, 7],
      [10, 12],
    ]);
    expect(await folds(toml)).toEqual([
      [2, 7],
      [3, 4],
      [6, 7],
      [12, 16],
      [13, 14],
      [15, 16],
    ]);
  });

  it('links required units to where they are', async () => {
    expect(await links(rootfs)).toEqual([[6, 'base/init.initfs.d/40_drivers.target']]);
    expect(await links(toml)).toEqual([[14, 'config/live.toml#L4']]);
  });
});
