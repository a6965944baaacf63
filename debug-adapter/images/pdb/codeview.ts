/** Record kinds of CodeView, from Microsoft's cvinfo.h (github.com/microsoft/microsoft-pdb). */
export const S = {
  end: 0x0006,
  frameProc: 0x1012,
  thunk32: 0x1102,
  block32: 0x1103,
  with32: 0x1104,
  register: 0x1106,
  constant: 0x1107,
  udt: 0x1108,
  bpRel32: 0x110b,
  localData32: 0x110c,
  globalData32: 0x110d,
  public32: 0x110e,
  localProc32: 0x110f,
  globalProc32: 0x1110,
  regRel32: 0x1111,
  localThread32: 0x1112,
  globalThread32: 0x1113,
  compile2: 0x1116,
  sepCode: 0x1132,
  compile3: 0x113c,
  local: 0x113e,
  rangeRegister: 0x1141,
  rangeFrameRel: 0x1142,
  rangeSubfieldRegister: 0x1143,
  rangeFrameRelFullScope: 0x1144,
  rangeRegisterRel: 0x1145,
  localProc32Id: 0x1146,
  globalProc32Id: 0x1147,
  inlineSite: 0x114d,
  inlineSiteEnd: 0x114e,
  procIdEnd: 0x114f,
  localProc32Dpc: 0x1155,
  localProc32DpcId: 0x1156,
  inlineSite2: 0x115d,
} as const;

export const LF = {
  modifier: 0x1001,
  pointer: 0x1002,
  procedure: 0x1008,
  memberFunction: 0x1009,
  argumentList: 0x1201,
  fieldList: 0x1203,
  bitField: 0x1205,
  baseClass: 0x1400,
  virtualBaseClass: 0x1401,
  indirectVirtualBaseClass: 0x1402,
  index: 0x1404,
  vtablePointer: 0x1409,
  enumerate: 0x1502,
  array: 0x1503,
  class: 0x1504,
  structure: 0x1505,
  union: 0x1506,
  enum: 0x1507,
  member: 0x150d,
  staticMember: 0x150e,
  method: 0x150f,
  nestedType: 0x1510,
  oneMethod: 0x1511,
  interface: 0x1519,
  functionId: 0x1601,
  memberFunctionId: 0x1602,
  stringId: 0x1605,
  typeSourceLine: 0x1606,
  typeModuleSourceLine: 0x1607,
} as const;

export const isProcedure = (kind: number): boolean =>
  kind === S.globalProc32 || kind === S.localProc32 || kind === S.globalProc32Id || kind === S.localProc32Id || kind === S.localProc32Dpc || kind === S.localProc32DpcId;

/** Records that open a scope which an end record closes. */
export const opensScope = (kind: number): boolean =>
  isProcedure(kind) || kind === S.block32 || kind === S.inlineSite || kind === S.inlineSite2 || kind === S.thunk32 || kind === S.with32 || kind === S.sepCode;

export const closesScope = (kind: number): boolean => kind === S.end || kind === S.inlineSiteEnd || kind === S.procIdEnd;

export const isData = (kind: number): boolean => kind === S.globalData32 || kind === S.localData32;
