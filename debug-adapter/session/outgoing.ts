import { Writable } from 'node:stream';
import type { DebugProtocol } from '@vscode/debugprotocol';

/** Shorter data is written as any other text. */
const longData = 1 << 14;
const head = 'Content-Length: ';
const gap = '\r\n\r\n';
const hole = '"data":""';

/**
 * The way of messages to the editor, behind the library that frames them. Those of one turn of the event loop leave in one write: an answer
 * and the event beside it wake the editor once. The base64 of memory is set into its message as it is: it holds nothing that JSON would
 * have to escape, or UTF-8 to encode, and looking for that took longer than reading the memory.
 */
export class Outgoing {
  /** Set while a message is written that it is missing from. */
  #data: string | undefined;
  #held = false;
  #wired = false;

  /** Everything that is written to `output` from now on goes this way. */
  through(output: NodeJS.WritableStream): void {
    if (!(output instanceof Writable)) return;
    this.#wired = true;
    const write = output.write.bind(output);
    output.write = ((...message: Parameters<typeof write>) => {
      if (!this.#held) {
        this.#held = true;
        output.cork();
        process.nextTick(() => {
          this.#held = false;
          output.uncork();
        });
      }
      const text: unknown = message[0];
      if (typeof text !== 'string' || !text.startsWith(head)) return write(...message);
      const { pieces, encoding } = this.#encoded(text);
      let goOn = true;
      for (const piece of pieces) goOn = write(piece, encoding);
      return goOn;
    }) as typeof output.write;
  }

  /** `send` writes the answer at once; its `data`, where that is much, is left out of what the library writes. */
  answer(response: DebugProtocol.Response, send: () => void): void {
    const { body } = response as { body?: { readonly data?: unknown } };
    if (!this.#wired || response.command !== 'readMemory' || typeof body?.data !== 'string' || body.data.length < longData) {
      send();
      return;
    }
    this.#data = body.data;
    response.body = { ...body, data: '' };
    send();
  }

  /** A framed message with its data put in, and the encoding that its characters need. In pieces, since putting long ones together copies them. */
  #encoded(text: string): { readonly pieces: readonly string[]; readonly encoding: BufferEncoding } {
    const data = this.#data;
    this.#data = undefined;
    const start = text.indexOf(gap) + gap.length;
    const length = Number(text.slice(head.length, start - gap.length));
    // As many characters as bytes: all of them are ASCII.
    const encoding = text.length === start + length ? 'latin1' : 'utf8';
    if (data === undefined) return { pieces: [text], encoding };
    const at = text.indexOf(hole, start) + hole.length - 1;
    return { pieces: [`${head}${String(length + data.length)}${gap}${text.slice(start, at)}`, data, text.slice(at)], encoding };
  }
}
