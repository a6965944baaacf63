/**
 * Where other debuggers and tools say something else than Bootscope, and why Bootscope stays with what it says. The oracle tests count each
 * meeting with one of these and take any other difference for a fault; docs/oracle.md is made of this table (`npm run docs`).
 */

export interface Disagreement {
  readonly tool: 'gdb 13' | 'llvm-pdbutil 19' | 'CodeView';
  readonly about: string;
  /** What it says. */
  readonly theirs: string;
  /** Why Bootscope says something else, with the source. */
  readonly reason: string;
  /** How a test makes sure that a difference is this one. */
  readonly told: string;
}

export const disagreements = {
  'block in pieces': {
    tool: 'gdb 13',
    about: 'variables in scope',
    theirs: 'shows the variables of a block that is in pieces at all code from its lowest to its highest address',
    reason: "the block is `DW_AT_ranges` and no more (DWARF 5, 2.17.3); the code between is of another block or call. gdb's `struct block` has ranges, but `find_block_in_blockvector` (gdb/block.c) compares start and end only",
    told: 'gdb lists one more variable, with a place; of samples llvm-dwarfdump lists exactly the names that Bootscope lists',
  },
  'block without code': {
    tool: 'gdb 13',
    about: 'variables in scope',
    theirs: 'lists, without a place, the variables and labels of blocks whose code was optimised away or that are no part of this inlined copy',
    reason: 'the copy has no entry for the block, so nothing says that the code is in it; gdb adds what a copy lacks to the block around (`inherit_abstract_dies`, gdb/dwarf2/read.c), where it even hides a namesake that has a value',
    told: 'gdb lists one more variable, optimised out; of samples llvm-dwarfdump lists exactly the names that Bootscope lists',
  },
  'extern in a function': {
    tool: 'gdb 13',
    about: 'places of variables',
    theirs: 'lists what a function only declares (`extern int x;`) among its variables, at the place of the definition',
    reason: 'it is no variable of the function; an expression that names it finds the definition',
    told: 'gdb lists one more variable, at a static address; of samples llvm-dwarfdump has, without declarations, exactly the names that Bootscope lists',
  },
  'refused by gdb': {
    tool: 'gdb 13',
    about: 'places of variables',
    theirs: '`info scope` ends with `Corrupted DWARF2 expression`, `No function found for block` or `No block found for address`',
    reason: '`DW_OP_GNU_uninit` behind a register in a location list is what gcc writes (`-fvar-tracking-uninit`, gcc/dwarf2out.cc) and is read here; the others come of a location by `DW_OP_fbreg`, whose function gdb looks for at the wrong address (`locexpr_describe_location_piece`, gdb/dwarf2/loc.c)',
    told: 'gdb gives no answer for the address, in at most one of 40',
  },
  'copy in pieces': {
    tool: 'gdb 13',
    about: 'breakpoints by name',
    theirs: 'breaks in an inlined copy in pieces at its lowest address',
    reason: '`DW_AT_entry_pc` says where the copy is entered; the lowest piece may be hoisted code that runs although the call is not made',
    told: "gdb's address is the copy's lowest, and ours lies in the copy",
  },
  'copy in a prologue': {
    tool: 'gdb 13',
    about: 'breakpoints by name',
    theirs: 'moves a copy that begins within the prologue of the function around it behind that prologue (`skip_prologue_sal`, gdb/symtab.c)',
    reason: 'that can be the head of a loop of the copy, where it would stop at each turn, and is not where the call begins',
    told: "gdb's address is the end of that prologue",
  },
  'copy below an empty call': {
    tool: 'gdb 13',
    about: 'breakpoints by name',
    theirs: 'finds no copy below a call whose list of ranges is empty (`read_func_scope`, gdb/dwarf2/read.c)',
    reason: 'gcc 12 with DWARF 4 ends such a list by its first range, an empty one at the start of the unit; the copy below has code',
    told: 'gdb has no chain of calls with that function at that address',
  },
  'enum of Rust': {
    tool: 'gdb 13',
    about: 'layouts of types',
    theirs: 'gives Rust enums with fields members of its own making (`quirk_rust_enum`, gdb/dwarf2/read.c)',
    reason: 'the variants are told as the program writes them; their sizes agree, and their values are compared with what a program prints',
    told: 'the type has a variant part here',
  },
  'caller-saved register': {
    tool: 'gdb 13',
    about: 'values in outer frames',
    theirs: "shows the callee's register as the caller's value where the call frame information says nothing of it",
    reason: 'a function may change rax, rcx, rdx, rsi, rdi and r8 to r11 without saving them (psABI for x86-64, 3.2.1): the value is told as not kept',
    told: 'our reason says that the calls have not kept the register',
  },
  'entry value': {
    tool: 'gdb 13',
    about: 'values in outer frames',
    theirs: 'finds what an argument was by guessing the chain of tail calls between two frames',
    reason: 'only what one call site states is taken; through a pointer or a tail call there is none',
    told: 'our reason names the entry value',
  },
  'entry value of a copied function': {
    tool: 'gdb 13',
    about: 'values in outer frames',
    theirs: 'says optimised out (`DW_AT_call_target is not specified`) where `DW_AT_call_origin` is an abstract instance: of each function that is also inlined somewhere',
    reason: 'the call instruction in memory leads to the first instruction of the function, so what its call site states is what the function got',
    told: 'gdb has no value, and our place is by `DW_OP_entry_value`',
  },
  'label in assembler': {
    tool: 'gdb 13',
    about: 'names of frames',
    theirs: 'names code in assembler by the symbol around that has a size (`entry_SYSCALL_64`)',
    reason: "the nearest label is named, as Linux's own traces do (`entry_SYSCALL_64_after_hwframe`); address and line agree",
    told: 'the frame has a line and no function in the debug information',
  },
  'hash of a crate': {
    tool: 'gdb 13',
    about: 'names of frames',
    theirs: 'names Rust code that only the symbol table knows with the hashes of its crates (`kernel[1c301201428d7f2e]::…`)',
    reason: 'the v0 mangling has them to tell versions of a crate apart (RFC 2603); the debug information, by which all other functions are named, has not, nor does a user know them',
    told: "the frame has no line, and without `[…]` behind a crate gdb's name is ours",
  },
  'call in assembler': {
    tool: 'gdb 13',
    about: 'lines of frames',
    theirs: 'names, in entry code in assembler that gcc\'s tools have built, the line behind the call',
    reason: 'the frame waits for the call to return, and the byte before the return address is of the line of the call, as gdb has it in all other frames',
    told: "the code is of a `.S` file; ours is the line of the byte before the address, gdb's that of the address",
  },
  'synthetic pointer': {
    tool: 'gdb 13',
    about: 'values',
    theirs: 'counts a pointer that was optimised away (`DW_OP_implicit_pointer`) as 0',
    reason: 'it has no value; what it pointed to is shown when it is followed',
    told: 'gdb says 0, and our place is an implicit pointer',
  },
  'missing piece': {
    tool: 'gdb 13',
    about: 'values',
    theirs: 'shows the missing piece of a value in pieces as 0',
    reason: 'the piece was optimised out; 0 would be taken for the value',
    told: "gdb says 0, and the place is one of pieces, or all of gdb's parts are optimised out",
  },
  'two truths': {
    tool: 'gdb 13',
    about: 'expressions',
    theirs: 'refuses to compare two values of `_Bool` by `<` and its like, or to calculate with them (`scalar_binop`, gdb/valarith.c)',
    reason: 'C promotes both to int (C17, 6.3.1.1)',
    told: 'gdb says `Invalid operation on booleans`, and Bootscope has a value',
  },
  'operand that is passed by': {
    tool: 'gdb 13',
    about: 'expressions',
    theirs: 'refuses an expression in which the operand of `&&`, `||` or `?:` that has no say is of a wrong type or cannot be read',
    reason: 'the value does not depend on it, and a condition such as `p && p->flags` must not fail where `p` is null',
    told: 'the expression has one of the three, gdb gives an error, and Bootscope has a value',
  },
  'character beside an array': {
    tool: 'gdb 13',
    about: 'expressions',
    theirs: "takes a character constant beside an array for one of the array's element type, and gives up where that is no character",
    reason: 'in C it is an int (C17, 6.4.4.4)',
    told: 'gdb says `convert character constant`, and Bootscope has a value',
  },
  'type of a comparison': {
    tool: 'gdb 13',
    about: 'expressions',
    theirs: 'has for a comparison an int, 0 or 1',
    reason: 'the value is the same number; as a truth it is shown as `true` or `false`, in all languages alike',
    told: "the numbers are equal, and Bootscope's is a truth",
  },
  'code without a line': {
    tool: 'CodeView',
    about: 'lines',
    theirs: 'gives code that has no line in DWARF to the line before, or to that of the function around',
    reason: 'CodeView has no row for it; what the PDB says is shown',
    told: 'the code has line 0 in the DWARF of the same build; of all other code below 1 % differs, of functions that the linker has folded',
  },
  'folded function': {
    tool: 'llvm-pdbutil 19',
    about: 'functions',
    theirs: 'lists several procedures at one place: the linker has folded what is the same',
    reason: 'one of them is named at an address; all are found by name',
    told: 'several procedures have that offset',
  },
  'two calls on one line': {
    tool: 'CodeView',
    about: 'inlined copies',
    theirs: 'has one site for copies with the same place of the call, and the name of one of them',
    reason: 'LLVM files the sites of a procedure by the place of the call (`CodeViewDebug`, llvm/lib/CodeGen/AsmPrinter): the other name is in no record',
    told: 'below 8 % of the addresses in the redox-live loader differ from DWARF, all agree with llvm-pdbutil',
  },
  'computed value': {
    tool: 'CodeView',
    about: 'places of locals',
    theirs: 'has no place for a value that is computed or constant',
    reason: 'CodeView has no expressions; the variable is told as optimised out',
    told: 'below 10 % of the parts that have a place in both differ from DWARF, all agree with llvm-pdbutil',
  },
  'gap taken for padding': {
    tool: 'llvm-pdbutil 19',
    about: 'ranges of locals',
    theirs: 'leaves out a gap of a range, and all behind it, whose first byte is 0xf0 or more',
    reason: 'it takes that byte for padding (`mapVectorTail`, llvm/include/llvm/DebugInfo/CodeView/CodeViewRecordIO.h); the size of the record says how many gaps there are',
    told: 'fewer gaps are printed than the size of the record has room for',
  },
} as const satisfies Readonly<Record<string, Disagreement>>;

export type Known = keyof typeof disagreements;

/** How often each was met. */
export class Tally {
  readonly #counts = new Map<Known, number>();

  note(known: Known, times = 1): void {
    if (times > 0) this.#counts.set(known, this.of(known) + times);
  }

  of(known: Known): number {
    return this.#counts.get(known) ?? 0;
  }

  add(other: Tally): void {
    for (const [known, times] of other.#counts) this.note(known, times);
  }

  get met(): Known[] {
    return [...this.#counts.keys()];
  }

  toString(): string {
    return [...this.#counts].map(([known, times]) => `${times} ${known}`).join(', ') || 'none';
  }
}
