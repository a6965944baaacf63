import { preloadFromText } from '../../../boot/redox-preload-text';
import type { ReadsAnswer } from '../../api';
import { BootscopeError } from '../../errors/catalogue';
import type { ChainContext } from '../chain';
import { because } from '../unknown';
import { imageVerdict, type ImageVerdict } from './image-verdict';

/** The verdict on the drive the machine boots from, kept until the preload is another one. */
export class DriveVerdict {
  #kept: { readonly cap: bigint | undefined; readonly answer: NonNullable<ReadsAnswer['verdict']> } | undefined;

  /** `preload`: bytes, from the environment; else what the bootloader said of it. */
  async read(context: ChainContext, preload: bigint | undefined): Promise<NonNullable<ReadsAnswer['verdict']>> {
    const cap = preload ?? preloadFromText(context.serialText());
    if (this.#kept !== undefined && this.#kept.cap === cap) return this.#kept.answer;
    const answer = await judge((await context.drives?.()) ?? [], cap);
    this.#kept = { cap, answer };
    return answer;
  }
}

const judge = async (files: readonly string[], cap: bigint | undefined): Promise<NonNullable<ReadsAnswer['verdict']>> => {
  let reason = { unknown: "because the image behind the machine's drives is not known" };
  for (const file of files) {
    try {
      return shown(await imageVerdict(file, cap), file);
    } catch (error) {
      if (!(error instanceof BootscopeError)) throw error;
      reason = because(error);
    }
  }
  return reason;
};

const shown = ({ outcome, sentence, needed }: ImageVerdict, image: string): { outcome: ImageVerdict['outcome']; sentence: string; needed: number; image: string } => ({ outcome, sentence, needed: Number(needed), image });
