import fs from 'node:fs';

/** What QEMU's log tells of the reset that came last. */
export interface ResetFacts {
  /** The processor could not deliver an exception, nor the double fault about that (Intel SDM volume 3, 6.15, interrupt 8). */
  readonly tripleFault: boolean;
  /** Instruction pointer of the first processor before the reset: linear but for the CS base. */
  readonly pc?: bigint;
  /** CR2 then: the address of the last page fault. */
  readonly cr2?: bigint;
}

/** Where firmware of the BIOS kind runs: its shadow below 1 MiB (QEMU, hw/i386/x86.c, x86_bios_rom_init). */
const biosShadow = { start: 0xe0000n, end: 0x100000n };
/** Offset of the first instruction in its segment (Intel SDM volume 3, 10.1.4). */
const resetVector = 0xfff0n;
/** Firmware that restarts more often in a row does not do so by design. */
const mostInARow = 16;

/**
 * Tells the resets by which firmware restarts itself from those of the guest: SeaBIOS that finds itself in memory puts its own code back
 * and asks for a reset in every way it knows, in the end by a triple fault (src/resume.c, tryReboot); QEMU may carry out each of them. They are such
 * only right behind a reset that came from elsewhere: nothing was said on a serial line between them, where a boot would have said something.
 */
export class FirmwareResets {
  /** In a row since the guest's own; undefined where none is known to be the guest's. */
  #row: number | undefined;
  /** The machine has not been let run since: what is heard may have been said before the reset. */
  #fresh = false;

  /** The machine runs on after a stop. */
  ranOn(): void {
    this.#fresh = false;
  }

  /** The guest said something on a serial line. */
  heard(): void {
    if (!this.#fresh) this.#row = undefined;
  }

  /** True when this reset is the firmware's own, behind another that has been told. */
  isOwn(facts: ResetFacts | undefined): boolean {
    this.#fresh = true;
    const { pc } = facts ?? {};
    const firmware = pc !== undefined && (pc === resetVector || (pc >= biosShadow.start && pc < biosShadow.end));
    if (firmware && this.#row !== undefined && this.#row < mostInARow) {
      this.#row++;
      return true;
    }
    this.#row = facts === undefined || firmware ? undefined : 0;
    return false;
  }
}

/**
 * Reads QEMU's log of processor resets (`log cpu_reset`), by which alone a triple fault is told from a reset that was asked for: QMP
 * gives both the reason `guest-reset`. Source: QEMU, target/i386/tcg/excp_helper.c (check_exception) writes "Triple fault";
 * target/i386/cpu.c and cpu-dump.c the registers before each reset.
 */
export class ResetLog {
  private read = 0;
  private file: number | undefined;

  /** Holds the file open until `close`: it is gone with QEMU, which can be quicker than the news of why it ended. */
  constructor(file: string) {
    try {
      this.file = fs.openSync(file, 'r');
    } catch {
      this.file = undefined;
    }
  }

  close(): void {
    if (this.file !== undefined) fs.closeSync(this.file);
    this.file = undefined;
  }

  /**
   * Facts of the first reset that was logged since the last call; undefined where QEMU logged nothing. One call answers for one reset,
   * as another may have followed already: SeaBIOS resets the machine itself where it finds that it has run before, in the end by a
   * triple fault (SeaBIOS, src/resume.c, tryReboot).
   */
  take(): ResetFacts | undefined {
    if (this.file === undefined) return undefined;
    const bytes = Buffer.alloc(Math.max(0, fs.fstatSync(this.file).size - this.read));
    const length = fs.readSync(this.file, bytes, 0, bytes.length, this.read);
    const text = firstIn(bytes.toString('latin1', 0, length));
    this.read += text.length;
    return factsIn(text);
  }
}

/** What belongs to the first reset: the registers of each processor, and before them what made it. */
const firstIn = (text: string): string => {
  const [, second] = text.matchAll(/^(Triple fault\s+)?CPU Reset \(CPU 0\)/gm);
  if (second) return text.slice(0, second.index);
  // The fault of the next may be there before its registers are.
  const next = text.indexOf('\nTriple fault', text.indexOf('CPU Reset'));
  return text.includes('CPU Reset') && next >= 0 ? text.slice(0, next + 1) : text;
};

/** @internal */
export const factsIn = (text: string): ResetFacts | undefined => {
  if (!/Triple fault|CPU Reset/.test(text)) return undefined;
  const number = (name: RegExp): bigint | undefined => {
    const digits = name.exec(text)?.[1];
    return digits === undefined ? undefined : BigInt(`0x${digits}`);
  };
  const pc = number(/\b[RE]IP=([0-9a-f]+)/);
  const cr2 = number(/\bCR2=([0-9a-f]+)/);
  return { tripleFault: text.includes('Triple fault'), ...(pc === undefined ? {} : { pc }), ...(cr2 === undefined ? {} : { cr2 }) };
};

const reasons: Readonly<Record<string, string>> = {
  'guest-reset': 'the guest asked for a reset',
  'guest-shutdown': 'the guest switched itself off',
  'guest-panic': 'the guest told QEMU that it panicked',
  'host-qmp-system-reset': 'a reset was asked for over QMP',
  'host-qmp-quit': 'QEMU was told to quit over QMP',
  'host-signal': 'a signal ended QEMU',
  'host-ui': 'it was asked for in QEMU\'s window',
  watchdog: 'its watchdog ran out, which the guest had not told in time that it lives',
  'subsystem-reset': 'a part of the machine was reset',
};

/**
 * Why the machine was reset or switched off, in words. `reason` is QMP's ShutdownCause (qapi/run-state.json), or `watchdog`; without facts a guest's reset
 * may have been a triple fault.
 */
export const resetInWords = (reason: string, facts: ResetFacts | undefined, where: (pc: bigint) => string = (pc) => `0x${pc.toString(16)}`): string => {
  const at = facts?.pc === undefined ? '' : ` at ${where(facts.pc)}`;
  if (facts?.tripleFault === true) return `a triple fault${at}${facts.cr2 === undefined || facts.cr2 === 0n ? '' : `, last page fault at 0x${facts.cr2.toString(16)}`}`;
  const words = reasons[reason] ?? reason;
  if (reason !== 'guest-reset') return words;
  return facts ? `${words}${at}` : `${words}, or the processor took a triple fault`;
};
