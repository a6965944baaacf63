import { failure } from '../errors/catalogue';
import { sessionErrors } from '../errors/session';
import type { Machine, Stop } from '../machine/machine';
import type { PlacedModule } from '../program/placed-module';
import type { PlacedProgram } from '../program/placed-program';
import { compareWithMemory } from '../program/placement/compare';
import { hex } from './addresses';

/**
 * Tells once for each image that the user has stopped where it is linked but other code runs. Below the upper half that is no
 * proof of a wrong file, since firmware or a loader may still be there, so the image is not refused.
 */
export class ForeignCode {
  readonly #told = new Set<PlacedModule>();

  constructor(
    readonly machine: Machine,
    readonly program: PlacedProgram,
    readonly tell: (error: Error) => void,
  ) {}

  /** Looks at a stop that the user is told of. */
  async look(stop: Stop): Promise<void> {
    for (const module of this.program.modules) {
      const { slide } = module;
      if (!module.absent || slide === undefined || this.#told.has(module)) continue;
      this.#told.add(module);
      const { compared, equal } = await compareWithMemory(module, await this.machine.currentSpace(stop.vcpu), slide, [this.program.toLinked(module, stop.pc)]);
      this.tell(failure(sessionErrors.otherCode, { address: hex(stop.pc), file: module.carrier.path, equal, compared }));
    }
  }
}
