import { describe, expect, it } from 'vitest';
import { Rounds } from '../../language-server/rounds';

/** An event loop that turns when told to. */
class Loop {
  readonly done: string[] = [];
  now = 0;
  private turns: (() => void)[] = [];
  readonly rounds = new Rounds(
    (uri) => this.done.push(uri),
    (run) => this.turns.push(run),
    (run) => this.turns.push(run),
    () => this.now,
  );

  turn(): boolean {
    const turns = this.turns.splice(0);
    for (const run of turns) run();
    return turns.length > 0;
  }

  rest(): void {
    while (this.turn());
  }
}

describe('diagnostics of open documents', () => {
  it('come one in a turn, the changed one first', () => {
    const loop = new Loop();
    loop.rounds.begin(['a', 'b', 'c'], 'b');
    expect(loop.done).toEqual([]);
    loop.rest();
    expect(loop.done).toEqual(['b', 'a', 'c']);
  });

  it('stand back behind messages that wait, though not for ever', () => {
    const loop = new Loop();
    loop.rounds.begin(['a']);
    for (let message = 0; message < 50; message++) {
      loop.rounds.heard();
      loop.turn();
    }
    expect(loop.done).toEqual([]);
    loop.now = 1000;
    for (let message = 0; message < 4; message++) {
      loop.rounds.heard();
      loop.turn();
    }
    expect(loop.done).toEqual(['a']);
  });

  it('begin anew with a newer change, and leave closed documents out', () => {
    const loop = new Loop();
    loop.rounds.begin(['a', 'b', 'c', 'd'], 'a');
    while (loop.done.length === 0) loop.turn();
    loop.rounds.begin(['a', 'b', 'c', 'd'], 'c');
    loop.rounds.leave('d');
    loop.rest();
    expect(loop.done).toEqual(['a', 'c', 'a', 'b']);
    loop.rounds.begin(['b']);
    loop.rest();
    expect(loop.done.at(-1)).toBe('b');
  });
});
