import type { Frame } from '../../../debug-adapter/inspect/stack/frame';
import { compareFrame } from './frame-agreement';
import type { FrameAgreement } from './frame-agreement';
import type { GdbFrame } from './gdb-frames';

/** The name that gdb gives a function: Rust's with its path. */
const nameOf = ({ scope }: Frame): string | undefined => (scope?.function.language === 'rust' ? scope.function.qualifiedName : scope?.function.name);

const crateHash = /\[[0-9a-f]{1,16}\](?=::)/g;

/** Whether a frame in assembler is at the line of the call, and gdb's at the line behind it. */
const isCallInAssembler = (ours: Frame, theirs: GdbFrame): boolean => {
  const { linked } = ours.activation;
  const info = ours.module?.image.debugInfo;
  if (linked === undefined || info === undefined || !theirs.file.endsWith('.S') || ours.address.toString() !== theirs.pc || ours.source?.line === theirs.line) return false;
  return info.lineAt(linked)?.line === ours.source?.line && info.lineAt(linked + 1n)?.line === theirs.line;
};

/** Compares a stack, frame by frame with its variables, with gdb's, as far as gdb has names and lines. */
export const compareStack = async (ours: readonly Frame[], theirs: readonly GdbFrame[], stop: string, agreement: FrameAgreement): Promise<void> => {
  for (const [i, frame] of theirs.entries()) {
    const own = ours[i];
    // Without a name or a line gdb guesses where the next frame is, and goes on where the stack has ended.
    if (frame.name === null || (frame.line === 0 && own === undefined)) break;
    const where = `${stop} frame ${i} ${frame.name}`;
    if (frame.line === 0 && own?.scope === undefined) {
      agreement.frames++;
      const symbol = own?.place.symbol?.name;
      if (own?.address.toString() === frame.pc && (symbol === frame.name || symbol === frame.name.replaceAll(crateHash, ''))) {
        if (symbol !== frame.name) agreement.known.note('hash of a crate');
        continue;
      }
      agreement.wrong.push(`${where}: ${own?.address} ${own?.name}, gdb ${JSON.stringify(frame)}`);
      break;
    }
    const place = own && [own.address.toString(), own.inlined, own.source?.line ?? 0];
    if (own && isCallInAssembler(own, frame)) agreement.known.note('call in assembler');
    else if (JSON.stringify(place) !== JSON.stringify([frame.pc, frame.inlined, frame.line]) || (own?.scope && nameOf(own) !== frame.name)) {
      agreement.wrong.push(`${where}: ${JSON.stringify(place)} ${own && nameOf(own)}, gdb ${JSON.stringify(frame)}`);
      break;
    }
    // Entry code in assembler has lines and nothing else: from there on gdb guesses where frames are.
    if (!own?.scope) {
      if (own?.place.symbol?.name !== frame.name) agreement.known.note('label in assembler');
      break;
    }
    await compareFrame(own, frame, where, agreement);
  }
};
