import fs from 'node:fs';
import { failure } from '../../errors/catalogue';
import { imageErrors } from '../../errors/images';

/** An open file read in pieces. Never holds its content. */
export class FileBytes {
  readonly size: number;
  private descriptor: number | undefined;

  constructor(readonly path: string) {
    try {
      this.descriptor = fs.openSync(path, 'r');
    } catch (error) {
      throw failure(imageErrors.unreadable, { file: path, reason: reasonOf(error) }, { cause: error });
    }
    const stat = fs.fstatSync(this.descriptor);
    if (!stat.isFile()) {
      this.close();
      throw failure(imageErrors.unreadable, { file: path, reason: 'not a regular file' });
    }
    this.size = stat.size;
  }

  /** Fills `target[at, at+length)` from the file; fewer bytes than asked is an error BS201. */
  readInto(target: Uint8Array, at: number, position: number, length: number): void {
    if (this.descriptor === undefined) throw failure(imageErrors.unreadable, { file: this.path, reason: 'it was closed' });
    let done = 0;
    while (done < length) {
      let got: number;
      try {
        got = fs.readSync(this.descriptor, target, at + done, length - done, position + done);
      } catch (error) {
        throw failure(imageErrors.unreadable, { file: this.path, reason: reasonOf(error) }, { cause: error });
      }
      if (got === 0) throw failure(imageErrors.unreadable, { file: this.path, reason: `it ends at ${position + done}` });
      done += got;
    }
  }

  /** A copy of `length` bytes; undefined when the file has fewer there. */
  read(position: number, length: number): Buffer | undefined {
    if (position < 0 || length < 0 || position + length > this.size) return undefined;
    const buffer = Buffer.allocUnsafe(length);
    this.readInto(buffer, 0, position, length);
    return buffer;
  }

  close(): void {
    if (this.descriptor !== undefined) fs.closeSync(this.descriptor);
    this.descriptor = undefined;
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
