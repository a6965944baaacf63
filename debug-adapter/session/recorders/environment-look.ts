import type { StageId } from '../../api';
import type { ChainReader } from '../chain-reader';
import type { RunController } from '../run/controller';

interface Host {
  readonly chain: ChainReader;
  readonly run: Pick<RunController, 'whileStopped'>;
  readonly stage: () => StageId | null;
}

/**
 * Looks at the environment at the first stop in each stage. A chain remembers what it has read, stage by stage; without this the
 * values of a stage would be known only when somebody happened to ask in it.
 */
export class EnvironmentLook {
  readonly #host: Host;
  #seen = new Set<StageId | null>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** A stop that the user hears of. It is read before the machine runs on; what cannot be read is tried again at the next stop. */
  stopped(): void {
    const { chain, run, stage } = this.#host;
    const now = stage();
    if (this.#seen.has(now)) return;
    const reading = run.whileStopped(async () => {
      const { variables } = await chain.chain.environment(await chain.context());
      if (variables.length > 0) this.#seen.add(now);
    });
    // Nobody asked: who does is told what is wrong.
    reading.catch(() => undefined);
  }

  /** The machine boots anew. */
  reset(): void {
    this.#seen = new Set();
  }
}
