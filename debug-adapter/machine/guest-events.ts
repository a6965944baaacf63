import type { QmpEvent } from '../wire/qmp/client';
import type { Emitter } from './emitter';
import type { MachineEvents } from './machine';
import { FirmwareResets, resetInWords } from './reset-log';
import type { ResetLog } from './reset-log';

/** The part of the machine that hears of its guest. */
export interface GuestEventsHost {
  readonly emitter: Emitter<MachineEvents>;
  /** Where QEMU logs resets of its processors. */
  readonly resetLog: ResetLog | undefined;
  /** The processors were reset: what was read before is void. */
  wasReset(): void;
}

/** What QMP tells of the guest (qapi/run-state.json): resets, panics, the watchdog, and its end. */
export class GuestEvents {
  /** How QEMU said that it ends; '' while it has not. */
  ending = '';
  /** It ends because the guest asked for it. */
  endWanted = false;
  private readonly firmwareResets = new FirmwareResets();
  /** The next reset is the watchdog's. */
  private watchdogRan = false;

  constructor(private readonly host: GuestEventsHost) {}

  /** The machine runs on. */
  ranOn(): void {
    this.firmwareResets.ranOn();
  }

  /** The guest wrote to a serial port. */
  wrote(): void {
    this.firmwareResets.heard();
  }

  /** True for an event that is one of these. */
  takes({ event, data }: QmpEvent): boolean {
    const { emitter } = this.host;
    switch (event) {
      case 'RESET':
        this.reset(data);
        return true;
      case 'GUEST_PANICKED':
      case 'GUEST_CRASHLOADED':
        emitter.emit('panicked', { action: String(data['action'] ?? 'run') });
        return true;
      case 'WATCHDOG': {
        const action = String(data['action'] ?? 'none');
        this.watchdogRan = action === 'reset';
        emitter.emit('watchdog', { action });
        return true;
      }
      case 'SHUTDOWN':
        // With -no-reboot a reset ends QEMU, and its log tells what kind it was.
        this.ending = `shutdown: ${resetInWords(String(data['reason'] ?? 'unknown'), this.host.resetLog?.take())}`;
        if (data['guest'] === true) this.endWanted = true;
        return true;
      default:
        return false;
    }
  }

  private reset(data: QmpEvent['data']): void {
    const { host } = this;
    host.wasReset();
    const facts = host.resetLog?.take();
    const firmwareOwn = this.firmwareResets.isOwn(facts);
    const reason = this.watchdogRan ? 'watchdog' : String(data['reason'] ?? 'unknown');
    this.watchdogRan = false;
    host.emitter.emit('reset', { guest: data['guest'] === true, reason, ...(facts === undefined ? {} : { facts }), ...(firmwareOwn ? { firmwareOwn } : {}) });
  }
}
