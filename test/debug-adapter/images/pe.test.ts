import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BootscopeError } from '../../../debug-adapter/errors/catalogue';
import { openImage } from '../../../debug-adapter/images/open';
import { clang, gcc, objcopy, scratch, tool } from './support';
import { trials } from '../../trials';

const linker = tool('lld-link-19', 'lld-link');
const directory = scratch();

const source = `
struct handover { int kind; unsigned flag : 3; char name[16]; };
static volatile int counter = 3;
struct handover handover = { 1, 2, "hi" };
static __attribute__((noinline)) int helper(int x, struct handover *s) {
  volatile int values[10];
  for (int i = 0; i < 10; i++)
    values[i] = x + i + s->kind;
  return values[x & 7] + counter;
}
static inline __attribute__((always_inline)) int twice(int q) { return helper(q, &handover) * 2; }
int efi_main(void *image, void *table) {
  int sum = 0;
  for (int i = 0; i < 5; i++)
    sum += twice(i);
  return image == table ? sum + 1 : sum;
}
`;

const build = (name: string, ...flags: string[]): string => {
  const c = path.join(directory, 'loader.c');
  const object = path.join(directory, `${name}.obj`);
  const output = path.join(directory, `${name}.efi`);
  fs.writeFileSync(c, source);
  execFileSync(clang ?? '', ['-target', 'x86_64-unknown-windows', '-ffreestanding', '-fasynchronous-unwind-tables', ...flags, '-c', c, '-o', object]);
  execFileSync(linker ?? '', ['/debug:dwarf', '/subsystem:efi_application', '/entry:efi_main', '/nodefaultlib', `/out:${output}`, object]);
  return output;
};

describe.skipIf(clang === undefined || linker === undefined)('a PE image with DWARF', () => {
  for (const [name, ...flags] of [
    ['O0 dwarf 4', '-O0', '-gdwarf-4'],
    ['O2 dwarf 5', '-O2', '-gdwarf-5'],
  ] as const) {
    it(name, () => {
      const image = openImage(build(name.replace(/ /g, '-'), ...flags));
      expect(image).toMatchObject({ format: 'pe', type: 'pe', machine: 'x86-64', addressSize: 8, base: 0x140000000n });
      expect(image.pe?.sizeOfImage).toBe(image.size);
      expect(image.entry).toBe(0x140000000n + BigInt(image.pe?.entryRva ?? 0));
      expect(image.sections.map((s) => s.name)).toContain('.debug_abbrev');
      const [main] = image.debugInfo.functionsNamed('efi_main');
      expect(main?.entry).toBe(image.entry);
      expect(main?.parameters.map((p) => p.name)).toEqual(['image', 'table']);
      expect(image.debugInfo.functionsNamed('twice')[0]?.inlinedInstances().length).toBeGreaterThan(0);
      expect(image.debugInfo.typesNamed('handover')[0]?.size).toBe(24);
      expect(image.debugInfo.lineAt(image.entry)?.file).toMatch(/loader\.c$/);
      expect(image.symbols.named('efi_main')[0]).toMatchObject({ address: image.entry, kind: 'function', local: false });
      expect(image.symbols.at(image.entry + 1n)?.name).toBe('efi_main');
      expect(image.symbols.named('handover')[0]).toMatchObject({ kind: 'object', local: false });
      expect(image.bytesAt(image.symbols.named('handover')[0]!.address, 4)).toEqual(Buffer.from([1, 0, 0, 0]));
      image.close();
    });
  }

  it('names functions and variables from DWARF where there is no symbol table', () => {
    const bytes = fs.readFileSync(build('symbols', '-O2', '-gdwarf-5'));
    const coff = bytes.readUInt32LE(0x3c) + 4;
    // Leave the string table, which section names need.
    bytes.writeUInt32LE(bytes.readUInt32LE(coff + 8) + bytes.readUInt32LE(coff + 12) * 18, coff + 8);
    bytes.writeUInt32LE(0, coff + 12);
    const file = path.join(directory, 'no-symbols.efi');
    fs.writeFileSync(file, bytes);
    const image = openImage(file);
    expect(image.symbols.named('efi_main')[0]).toMatchObject({ address: image.entry, kind: 'function', local: false });
    expect(image.symbols.named('helper')[0]).toMatchObject({ kind: 'function', local: true });
    expect(image.symbols.named('handover')[0]).toMatchObject({ kind: 'object', size: 24 });
    expect(image.symbols.at(image.entry + 1n)?.name).toBe('efi_main');
    image.close();
  });

  it('unwinds by .pdata, in prologue, body and epilogue', () => {
    const image = openImage(build('unwind', '-O2', '-gdwarf-5'));
    const [range] = image.debugInfo.functionsNamed('efi_main')[0]!.ranges;
    const cfa = (address: bigint): unknown => image.debugInfo.unwindAt(address)?.cfa;
    expect(cfa(range!.start)).toEqual({ kind: 'register', register: 7, offset: 8n });
    expect(image.debugInfo.unwindAt(range!.start)?.registers.get(16)).toEqual({ kind: 'offset', offset: -8n });
    expect(cfa(range!.end - 1n)).toEqual({ kind: 'register', register: 7, offset: 8n });
    const rows = image.debugInfo.lineRows(range!.start, range!.end);
    const body = rows[Math.floor(rows.length / 2)]!;
    const row = image.debugInfo.unwindAt(body.address)!;
    expect(row.cfa.kind === 'register' && row.cfa.offset).toBeGreaterThan(8n);
    expect(row.registers.get(3)?.kind).toBe('offset');
    expect(image.debugInfo.unwindAt(0x140000000n)).toBeUndefined();
    image.close();
  });

  it.skipIf(objcopy === undefined)('takes symbols from another file of the same build only', () => {
    const full = build('full', '-O2', '-gdwarf-5');
    const stripped = path.join(directory, 'stripped.efi');
    const stripper = tool('llvm-objcopy-19', 'llvm-objcopy');
    if (stripper === undefined) return;
    execFileSync(stripper, ['--strip-all', full, stripped]);
    const bare = openImage(stripped);
    expect(bare.debugInfo.kind).toBe('none');
    bare.close();
    const image = openImage(stripped, { symbols: full });
    expect(image.debugInfo.functionsNamed('helper')[0]?.declared?.line).toBe(5);
    expect(image.debugInfo.unwindAt(image.entry)?.returnRegister).toBe(16);
    image.close();
    const other = fs.readFileSync(full);
    other.writeUInt32LE(1, other.readUInt32LE(0x3c) + 8);
    const wrong = path.join(directory, 'wrong.efi');
    fs.writeFileSync(wrong, other);
    expect(() => openImage(stripped, { symbols: wrong })).toThrow(/^BS208/);
    const pdb = path.join(directory, 'loader.pdb');
    fs.writeFileSync(pdb, 'Microsoft C/C++ MSF 7.00\r\n\x1aDS\0\0\0');
    expect(() => openImage(stripped, { symbols: pdb })).toThrow(/^BS209/);
  });

  it.skipIf(gcc === undefined || objcopy === undefined)('takes an ELF symbol file linked at 0 beside it', () => {
    const c = path.join(directory, 'converted.c');
    const symbols = path.join(directory, 'converted.sym');
    const converted = path.join(directory, 'converted.efi');
    fs.writeFileSync(c, 'int counter = 5;\n__attribute__((noinline)) int helper(int x) { return x + counter; }\nint efi_main(void *i, void *t) { return helper(i == t) + 1; }\n');
    execFileSync(gcc!, ['-g', '-O1', '-ffreestanding', '-nostdlib', '-fno-pie', '-no-pie', '-static', '-Wl,-Ttext=0x1000,-Tdata=0x3000,-e,efi_main', '-o', symbols, c]);
    execFileSync(objcopy!, ['-j', '.text', '-j', '.data', '-O', 'pei-x86-64', '--subsystem', 'efi-app', symbols, converted]);
    const moved = fs.readFileSync(converted);
    // Another preferred base than the ELF file's.
    moved.writeBigUInt64LE(0x140000000n, moved.readUInt32LE(0x3c) + 24 + 24);
    fs.writeFileSync(converted, moved);
    const image = openImage(converted, { symbols });
    const [helper] = image.debugInfo.functionsNamed('helper');
    expect(image.base).toBe(0n);
    expect(helper?.entry).toBe(0x1000n);
    expect(image.symbols.named('efi_main')[0]?.address).toBe(image.entry);
    expect(image.bytesAt(helper!.entry!, 2)).toEqual(Buffer.from([0x89, 0xf8]));
    expect(image.debugInfo.unwindAt(helper!.entry!)?.cfa).toEqual({ kind: 'register', register: 7, offset: 8n });
    expect(image.debugInfo.lineAt(helper!.entry!)?.line).toBe(2);
    image.close();
  });

  it('survives damage', () => {
    const good = fs.readFileSync(build('damage', '-O2', '-gdwarf-5'));
    const file = path.join(directory, 'damaged.efi');
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.oneof(fc.nat(1023), fc.nat(good.length - 1)), fc.nat(255)), { minLength: 1, maxLength: 6 }), (changes) => {
        const bytes = Buffer.from(good);
        for (const [at, value] of changes) bytes[at] = value;
        fs.writeFileSync(file, bytes);
        try {
          const image = openImage(file);
          for (const question of [
            () => image.symbols.named('efi_main'),
            () => image.debugInfo.functionsMatching('*').map((f) => [f.name, f.afterPrologue]),
            () => image.debugInfo.unwindAt(image.base + 0x1010n),
            () => image.debugInfo.scopesAt(image.base + 0x1010n).map((s) => s.variablesAt(image.base + 0x1010n)),
          ]) {
            try {
              question();
            } catch (error) {
              expect(error).toBeInstanceOf(BootscopeError);
            }
          }
          image.close();
        } catch (error) {
          expect(error).toBeInstanceOf(BootscopeError);
        }
      }),
      trials(300, 8000),
    );
  });
});
