/** Frames as gdb has them, and how it is asked for them. */

export interface GdbFrame {
  readonly name: string | null;
  readonly pc: string;
  readonly line: number;
  readonly file: string;
  readonly inlined: boolean;
  /** Variable → path in it → number, or `optimized out`, or `error`. */
  readonly locals: Record<string, Record<string, string>>;
}

/** Functions in Python: `frames_of(newest, with_locals)` gives the frames from one on as `GdbFrame`s. */
export const framesPython = `
def flat(v, path, out, depth):
    try:
        if v.is_optimized_out:
            out[path] = 'optimized out'
            return
        t = v.type.strip_typedefs()
        if t.code in (gdb.TYPE_CODE_INT, gdb.TYPE_CODE_ENUM, gdb.TYPE_CODE_BOOL, gdb.TYPE_CODE_CHAR, gdb.TYPE_CODE_PTR, gdb.TYPE_CODE_REF):
            out[path] = str(int(v))
        elif t.code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION) and depth < 3:
            for f in t.fields():
                if not hasattr(f, 'bitpos'): continue
                flat(v[f], path if not f.name else path + '.' + f.name, out, depth + 1)
        elif t.code == gdb.TYPE_CODE_ARRAY and depth < 3:
            low, high = t.range()
            for i in range(low, min(high, low + 3) + 1):
                flat(v[i], '%s[%d]' % (path, i), out, depth + 1)
    except (gdb.error, gdb.MemoryError, RuntimeError, ValueError, OverflowError) as e:
        out[path] = 'optimized out' if 'optimized' in str(e) else 'error'
def locals_of(frame):
    result = {}
    try: block = frame.block()
    except RuntimeError: return result
    while block is not None and not block.is_global and not block.is_static:
        for s in block:
            if not (s.is_variable or s.is_argument) or s.name in result: continue
            out = {}
            try: flat(s.value(frame), '', out, 0)
            except Exception as e: out[''] = 'optimized out' if 'optimized' in str(e) else 'error'
            result[s.name] = out
        if block.function is not None: break
        block = block.superblock
    return result
def frames_of(newest, with_locals):
    frames = []
    frame = newest
    while frame is not None and len(frames) < 40:
        # Frames that gdb infers for calls that were jumps: they are not on the stack.
        if frame.type() == gdb.TAILCALL_FRAME:
            frame = frame.older()
            continue
        sal = frame.find_sal()
        frames.append({'name': frame.name(), 'pc': str(frame.pc()), 'line': sal.line, 'file': sal.symtab.filename if sal.symtab else '', 'inlined': frame.type() == gdb.INLINE_FRAME, 'locals': locals_of(frame) if with_locals else {}})
        frame = frame.older()
    return frames
`;
