import type { Extent, Foresight } from './foresight';
import type { Vcpu } from './machine';
import type { MemoryFile } from './memory-file';
import { MemoryQueue } from './memory-queue';
import { rootOf } from './page-walk';
import type { Paging } from './page-walk';
import type { Registers } from './registers';
import type { Space } from './space';
import { PageTableSpace, PhysicalMemory } from './spaces';
import type { SpaceHost } from './spaces';
import type { Stub, StubThread } from './stub';
import { pagingIn } from './vcpu-registers';
import type { VcpuRegisters } from './vcpu-registers';

const mostSpaces = 1024;

/** Physical memory and every address space of one machine; spaces of the same root share what has been read. */
export class AddressSpaces implements SpaceHost {
  epoch = 0;
  readonly queue: MemoryQueue;
  readonly physicalOffered: boolean;
  readonly physical: PhysicalMemory;
  private readonly spaces = new Map<string, PageTableSpace>();

  constructor(
    stub: Stub,
    private readonly registers: VcpuRegisters,
    private readonly threads: ReadonlyMap<number, StubThread>,
    private readonly current: () => Vcpu,
    readonly hiddenIn: SpaceHost['hiddenIn'],
    private readonly foresight: Foresight,
    private readonly onWritten: () => void = () => undefined,
    file?: MemoryFile,
  ) {
    this.queue = new MemoryQueue(stub, file);
    this.physicalOffered = stub.features.physicalMemory;
    this.physical = new PhysicalMemory(this);
  }

  /** What a vCPU with these registers sees. */
  seenWith(registers: Registers): Space {
    const paging = pagingIn(registers);
    return this.space(rootOf(registers.cr3, paging), paging);
  }

  /** Bytes of virtual memory that were read along with these registers. */
  supply(registers: Registers, extents: readonly Extent[], bytes: readonly (Uint8Array | undefined)[]): void {
    const paging = pagingIn(registers);
    this.space(rootOf(registers.cr3, paging), paging).supply(extents, bytes);
  }

  /** Bytes read as they are in memory; undefined on pages that breakpoints have been put over, which the spaces know to read. */
  clean(extents: readonly Extent[], bytes: readonly (Uint8Array | undefined)[]): (Uint8Array | undefined)[] {
    return bytes.map((found, i) => (this.hiddenIn((extents[i]?.address ?? 0n) & ~0xfffn).length > 0 ? undefined : found));
  }

  foresees(address: bigint, length: number): boolean {
    return this.foresight.note(address, length);
  }

  /** The space of a root, in the paging mode of the current vCPU unless `levels` says otherwise. */
  ofRoot(cr3: bigint, levels?: 4 | 5): Space {
    const registers = this.registers.known(this.current().id);
    let paging: Paging = registers === undefined ? '4level' : pagingIn(registers);
    if (levels !== undefined) paging = levels === 5 ? '5level' : '4level';
    // A root that is asked for while paging is off belongs to long mode to come or gone; root 0 is memory itself.
    else if (paging === 'none' && cr3 !== 0n) paging = '4level';
    return this.space(rootOf(cr3, paging), paging);
  }

  written(): void {
    this.epoch++;
    this.onWritten();
  }

  live(root: bigint, paging: Paging): StubThread | undefined {
    const uses = (id: number): boolean => {
      const registers = this.registers.known(id);
      if (registers === undefined) return false;
      const now = pagingIn(registers);
      return now === paging && rootOf(registers.cr3, now) === root;
    };
    const current = this.current().id;
    if (uses(current)) return this.threads.get(current);
    for (const id of this.registers.knownIds()) if (uses(id)) return this.threads.get(id);
    return undefined;
  }

  private space(root: bigint, paging: Paging): PageTableSpace {
    const key = `${paging}:${root.toString(16)}`;
    let space = this.spaces.get(key);
    if (space === undefined) {
      if (this.spaces.size >= mostSpaces) this.spaces.clear();
      this.spaces.set(key, (space = new PageTableSpace(this, this.physical, root, paging)));
    }
    return space;
  }
}
