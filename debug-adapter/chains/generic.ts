import type { DiagnosisAnswer, EnvironmentAnswer, MountsAnswer, ProcessesAnswer } from '../api';
import type { Chain, ChainContext } from './chain';
import { diagnose } from './diagnose';

const unknown = 'because the boot chain is not known: set `chain` in the configuration, or give the kernel in `images`';

/** Any other kernel: what serial text tells, and nothing of its structures. */
export class GenericChain implements Chain {
  readonly id = 'generic';

  environment(): Promise<EnvironmentAnswer> {
    return Promise.resolve({ variables: [], unknown });
  }
  mounts(): Promise<MountsAnswer> {
    return Promise.resolve({ kernel: [], views: [], unknown });
  }
  processes(): Promise<ProcessesAnswer> {
    return Promise.resolve({ processes: [], unknown });
  }
  currentProcess(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
  figures(): Promise<readonly []> {
    return Promise.resolve([]);
  }
  diagnosis(context: ChainContext): Promise<DiagnosisAnswer> {
    return diagnose(this, context);
  }
}
