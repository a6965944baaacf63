import { failure } from '../../errors/catalogue';
import { imageErrors } from '../../errors/images';
import { toNumber } from '../bytes/address';
import { Damage } from '../damage';
import type { DebugInfo } from '../debug-info';
import type { Image, Section, Segment, SymbolTable } from '../image';
import { PdbFile } from './pdb-file';
import type { ImageLayout, PdbContainer } from './pdb-file';
import { pdbIndexHandle } from './pdb-index';
import { PdbInfo } from './pdb-info';
import { pdbSymbolTable } from './symbols';

/** COFF machine → bytes of an address, and the base that linkers give an executable when none is asked for. */
const machines: Readonly<Record<number, { readonly machine: Image['machine']; readonly addressSize: 4 | 8; readonly base: bigint }>> = {
  0x14c: { machine: 'i386', addressSize: 4, base: 0x400000n },
  0x8664: { machine: 'x86-64', addressSize: 8, base: 0x140000000n },
};

/**
 * A PDB without its image: names, lines and types, but no bytes and nothing to unwind by. A PDB does not say where its image
 * is linked; addresses are those of the linkers' usual base.
 */
export class BarePdbImage implements Image {
  readonly path: string;
  readonly format = 'pe';
  readonly type = 'pe';
  readonly machine: Image['machine'];
  readonly addressSize: 4 | 8;
  readonly base: bigint;
  readonly entry: bigint;
  readonly size: number;
  readonly sections: readonly Section[];
  readonly segments: readonly Segment[] = [];
  readonly symbols: SymbolTable;
  readonly debugInfo: DebugInfo;
  readonly damage = new Damage();

  constructor(private readonly pdb: PdbContainer) {
    this.path = pdb.file.path;
    const known = machines[pdb.dbi.machine];
    if (!known) throw failure(imageErrors.unsupportedMachine, { file: this.path, machine: `PE machine 0x${pdb.dbi.machine.toString(16)}` });
    const { machine, addressSize, base } = known;
    this.machine = machine;
    this.addressSize = addressSize;
    this.base = base;
    this.entry = base;
    const headers = pdb.sectionHeaders() ?? [];
    this.size = Math.max(0, ...headers.map(({ rva, virtualSize }) => rva + virtualSize));
    this.sections = headers.map(({ name, rva, virtualSize, executable, writable }) => ({ name, address: base + BigInt(rva), size: virtualSize, fileOffset: 0, executable, writable, allocated: true }));
    const layout: ImageLayout = { base: toNumber(base), addressSize, sections: [] };
    const file = new PdbFile(pdb, layout, this.damage, pdbIndexHandle(pdb, layout));
    const info = new PdbInfo(file, { at: () => undefined, prologueSize: () => undefined, afterStores: (address) => address }, { path: this.path });
    this.debugInfo = info;
    this.symbols = pdbSymbolTable(file, info);
  }

  bytesAt(): undefined {
    return undefined;
  }

  close(): void {
    this.debugInfo.index?.close();
    this.pdb.file.close();
  }
}
