import type { Machine, Stop, Vcpu } from '../../machine/machine';
import type { Space } from '../../machine/space';
import type { PlacedProgram } from '../../program/placed-program';
import type { Sources } from '../../program/sources';
import type { Evaluator } from '../breakpoints/user-breakpoints';
import type { StopReport } from '../run/stop-report';

export interface InspectorOptions {
  readonly machine: Machine;
  readonly program: PlacedProgram;
  readonly sources: Sources;
  last(): StopReport | undefined;
}

/** What the session knows of one stop: stacks, variables, values. Forgotten when the machine runs or is written to. */
export class Inspector implements Evaluator {
  readonly #options: InspectorOptions;

  constructor(options: InspectorOptions) {
    this.#options = options;
  }

  changed(): void {
    // Nothing is kept yet.
  }

  truth(expression: string, stop: Stop): Promise<boolean> {
    return Promise.reject(new Error(`${expression} at ${stop.pc}`));
  }

  text(expression: string, stop: Stop): Promise<string> {
    return Promise.reject(new Error(`${expression} at ${stop.pc}`));
  }

  selectedSpace(): Promise<Space> {
    return this.#options.machine.currentSpace();
  }

  wayOut(vcpu: Vcpu): Promise<{ readonly inlined: boolean; readonly caller?: { readonly pc: bigint; readonly sp: bigint }; readonly why: string }> {
    return Promise.resolve({ inlined: false, why: `no unwinding on ${vcpu.name}` });
  }
}
