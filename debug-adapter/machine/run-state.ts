import type { QmpClient, QmpEvent } from '../wire/qmp/client';

/** The part of the machine that follows what others do to it. */
export interface RunStateHost {
  readonly qmp: QmpClient | undefined;
  state(): 'stopped' | 'running' | 'ended';
  /** Counts every change that makes what was read stale. */
  epoch(): number;
  /** Somebody else let the machine run. */
  ranOn(): void;
  /** Somebody else stopped it, and the stub said nothing. */
  stoodStill(): Promise<void>;
  /** Somebody else put a saved state of the machine back. */
  rewound(): Promise<void>;
}

/** Follows other clients of QEMU's monitor, of whose doings the gdbstub says nothing. */
export class RunState {
  /** Running by somebody else's will. */
  adopted = false;
  private check: NodeJS.Timeout | undefined;
  private replacedOnTheWay = false;

  constructor(private readonly host: RunStateHost) {}

  onQmp(event: string, data: QmpEvent['data']): void {
    const { host } = this;
    const stopped = host.state() === 'stopped';
    if (event === 'JOB_STATUS_CHANGE' && data['status'] === 'concluded') this.lookAtJob(String(data['id'] ?? ''));
    else if ((event === 'RESUME' && stopped) || (event === 'STOP' && this.adopted)) this.lookSoon();
  }

  /** The machine stands. True when another state was put in place while it ran; told once. */
  arrived(): boolean {
    const replaced = this.replacedOnTheWay;
    this.replacedOnTheWay = false;
    return replaced;
  }

  close(): void {
    clearTimeout(this.check);
  }

  /** Asks QEMU whether the machine runs, or stands, against our knowledge, and follows. */
  async adopt(again = 8): Promise<void> {
    const { host } = this;
    const epoch = host.epoch();
    const running = (await this.runs()) === true;
    if (host.epoch() !== epoch) {
      // A reset on the way makes all that was read stale, and says nothing of running or standing.
      if (host.state() === 'stopped' && again > 0) await this.adopt(again - 1);
      return;
    }
    if (running && host.state() === 'stopped') {
      host.ranOn();
      this.adopted = true;
    } else if (!running && host.state() === 'running' && this.adopted) await host.stoodStill();
  }

  /** A machine that was asked to stop stands, and its stop packet was lost: the stop is taken up. False: it runs, or nobody can tell. */
  async standsUnheard(): Promise<boolean> {
    const { host } = this;
    const epoch = host.epoch();
    if ((await this.runs()) !== false || host.epoch() !== epoch || host.state() !== 'running') return false;
    await host.stoodStill();
    return true;
  }

  /** QEMU's word (qapi/run-state.json); undefined where there is no QMP. */
  private async runs(): Promise<boolean | undefined> {
    const status = await this.host.qmp?.execute('query-status');
    return typeof status === 'object' && status !== null && 'running' in status ? status.running === true : undefined;
  }

  /**
   * A RESUME while we hold the machine stopped is the late echo of our own last run, or another QMP client's `cont`; then a
   * STOP may come without a stop packet. QEMU's word decides; a byte sent to the stub of a running machine would stop it.
   */
  private lookSoon(): void {
    const epoch = this.host.epoch();
    clearTimeout(this.check);
    this.check = setTimeout(() => {
      if (this.host.state() === 'ended' || this.host.epoch() !== epoch) return;
      this.adopt().catch(() => undefined);
    }, 20);
  }

  /** `snapshot-load` of another QMP client puts another machine here without a word to the stub, and lets it run on where it ran (qapi/migration.json, qapi/job.json). */
  private lookAtJob(id: string): void {
    void this.host.qmp
      ?.execute('query-jobs')
      .then(async (jobs) => {
        const job = Array.isArray(jobs) ? (jobs as readonly unknown[]).find((one) => typeof one === 'object' && one !== null && 'id' in one && one.id === id) : undefined;
        // A job that was dismissed at once is not listed any more: it is looked at as if it were one.
        if (job !== undefined && (job as { readonly type?: unknown }).type !== 'snapshot-load') return;
        if (this.host.state() === 'stopped') await this.host.rewound();
        else this.replacedOnTheWay = true;
      })
      .catch(() => undefined);
  }
}
