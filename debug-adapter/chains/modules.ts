/** A kernel module that is loaded, with the runtime addresses of its sections. */
export interface LoadedModule {
  /** As the kernel writes it, without `.ko`. */
  readonly name: string;
  readonly sections: readonly { readonly name: string; readonly address: bigint }[];
}
