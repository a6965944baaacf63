import type { BootscopeError } from '../errors/catalogue';
import { imageErrors } from '../errors/images';
import type { Image } from '../images/image';

/**
 * Tells the user what of an image's files is damaged or was left alone: each file that was found beside it and is not used, and of
 * the damage that queries meet the first, since one bad unit is met again and again.
 */
export class DamageReport {
  readonly #images = new Set<Image>();
  readonly #stops: (() => void)[] = [];
  readonly #tell: (text: string) => void;

  constructor(tell: (text: string) => void) {
    this.#tell = tell;
  }

  /** Begins with what is known of an image already; once for each image. */
  watch(image: Image): void {
    if (this.#images.has(image)) return;
    this.#images.add(image);
    let told = false;
    const hear = (fault: BootscopeError): void => {
      if (fault.code === imageErrors.leftAlone.code) {
        this.#tell(`${fault.message}\n`);
        return;
      }
      if (told) return;
      told = true;
      this.#tell(`${fault.message} Until then what is damaged in it is passed over, and all else is used.\n`);
    };
    for (const fault of image.damage.found) hear(fault);
    this.#stops.push(image.damage.onNoted(hear));
  }

  dispose(): void {
    for (const stop of this.#stops) stop();
  }
}
