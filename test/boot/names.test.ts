import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/**
 * Nothing in the product may know a thing only our own guests have. Every name a chain reader looks for must be in this
 * list, which says in which upstream file it is; and no file may speak of the guests.
 */
const upstream: Readonly<Record<string, string>> = {
  // FreeBSD
  ...at('sys/kern/kern_environment.c', 'dynamic_kenv', 'kenvp', 'md_envp', 'kern_envp'),
  ...at('sys/kern/vfs_mount.c', 'mountlist'),
  ...at('sys/sys/mount.h', 'mount', 'mnt_list', 'mnt_flag', 'mnt_vnodecovered', 'mnt_vfc', 'mnt_stat', 'f_mntfromname', 'f_mntonname', 'f_fstypename', 'vfsconf', 'vfc_name', 'vfc_list'),
  ...at('sys/sys/queue.h', 'tqh_first', 'tqe_next', 'lh_first', 'le_next'),
  ...at('sys/kern/vfs_mountroot.c', 'rootvnode', 'rootdevmp'),
  ...at('sys/sys/vnode.h', 'vnode', 'v_mount', 'v_vflag', 'v_cache_dd', 'v_cache_dst', 'v_cache_src', 'v_type', 'v_data', 'v_nmntvnodes', 'v_usecount'),
  ...at('sys/kern/vfs_cache.c', 'namecache', 'nc_flag', 'nc_nlen', 'nc_name', 'nc_dvp', 'nc_dst', 'nc_src', 'n_un', 'nu_vp'),
  ...at('sys/sys/mount.h', 'mnt_rootvnode', 'mnt_data', 'mnt_nvnodelist', 'mnt_ref'),
  ...at('sys/fs/tmpfs/tmpfs.h', 'tmpfs_node', 'tn_spec', 'tn_link', 'tn_link_target'),
  ...at('sys/ufs/ufs/inode.h', 'inode', 'i_size', 'i_flag', 'i_dp', 'dp1', 'dp2', 'dinode_u', 'din1', 'din2'),
  ...at('sys/ufs/ufs/dinode.h', 'ufs1_dinode', 'ufs2_dinode', 'di_db', 'di_shortlink'),
  ...at('sys/fs/unionfs/union.h', 'unionfs_node', 'un_uppervp', 'un_lowervp', 'unionfs_mount', 'um_uppervp', 'um_lowervp'),
  ...at('sys/fs/nullfs/null.h', 'null_node', 'null_lowervp'),
  ...at('sys/kern/kern_proc.c', 'allproc'),
  ...at('sys/sys/proc.h', 'proc', 'p_list', 'p_pid', 'p_comm', 'p_state', 'p_fd', 'p_pd', 'p_ucred', 'p_vmspace', 'p_textvp', 'thread', 'td_proc'),
  ...at('sys/sys/proc.h', 'p_threads', 'td_wmesg', 'td_tid', 'td_state', 'td_pcb'),
  ...at('sys/amd64/include/pcb.h', 'pcb'),
  ...at('sys/kern/link_elf_obj.c', 'elf_file', 'progtab', 'nprogtab', 'addr'),
  ...at('sys/sys/filedesc.h', 'filedesc', 'pwddesc', 'pwd', 'pd_pwd', 'fd_pwd', 'pwd_rdir', 'pwd_cdir', 'pwd_jdir', 'fd_rdir', 'fd_cdir', 'fd_jdir'),
  ...at('sys/sys/filedesc.h', 'fd_files', 'fdescenttbl', 'fdt_nfiles', 'fdt_ofiles', 'filedescent', 'fde_file'),
  ...at('sys/sys/file.h', 'f_vnode'),
  ...at('sys/geom/geom.h', 'softc', 'private'),
  ...at('sys/geom/part/g_part.h', 'g_part_entry', 'g_part_table', 'g_part_scheme', 'gpt_scheme', 'gpe_index', 'gpe_start', 'gpe_end'),
  ...at('sys/geom/part/g_part_gpt.c', 'g_part_gpt_entry', 'ent', 'ent_uuid'),
  ...at('sys/geom/part/g_part_mbr.c', 'g_part_mbr_table', 'mbr'),
  ...at('sys/sys/_smr.h', '__ptr'),
  ...at('sys/geom/geom_subr.c', 'g_classes'),
  ...at('sys/geom/geom.h', 'g_class', 'g_geom', 'g_consumer', 'g_provider', 'class', 'geom', 'consumer', 'provider'),
  ...at('sys/dev/md/md.c', 'md_softc_list', 'md_s', 'unit', 'type', 'file', 'mediasize', 'pl_ptr', 'name'),
  ...at('sys/kern/kern_linker.c', 'linker_files'),
  ...at('sys/sys/linker.h', 'linker_file', 'link', 'filename', 'id'),
  ...at('sys/sys/ucred.h', 'ucred', 'cr_prison'),
  ...at('sys/sys/jail.h', 'prison', 'pr_id', 'pr_name', 'pr_root', 'pr_path', 'pr_enforce_statfs'),
  ...at('sys/vm/vm_map.h', 'vmspace', 'vm_pmap'),
  ...at('sys/amd64/include/pmap.h', 'pm_cr3'),
  ...at('sys/sys/pcpu.h', 'pcpu', 'pc_curthread'),
  ...at('sys/amd64/amd64/vm_machdep.c', 'cpu_set_syscall_retval'),
  ...at('stand/libsa/environment.c', 'environ'),
  ...at('stand/libsa/stand.h', 'env_var', 'ev_name', 'ev_value', 'ev_flags', 'ev_next'),
  ...at('stand/common/module.c', 'preloaded_files'),
  ...at('stand/common/bootstrap.h', 'preloaded_file', 'f_name', 'f_type', 'f_addr', 'f_size', 'f_next'),
  ...at('sys/kern/subr_module.c', 'preload_metadata'),
  ...at('sys/amd64/amd64/locore.S', 'kernbase'),
  ...at('nextbsd-kernel src-overlay/sys/kern/vfs_pivot.c', 'sysctl_vfs_pivot'),
  // Linux
  ...at('init/main.c', 'saved_command_line', 'boot_command_line', 'start_kernel'),
  ...at('init/init_task.c', 'init_task'),
  ...at('fs/filesystems.c', 'file_systems'),
  ...at('include/linux/sched.h', 'task_struct', 'tasks', 'pid', 'comm', '__state', 'state', 'fs', 'nsproxy', 'mm'),
  ...at('include/linux/sched.h', 'on_cpu', 'signal', 'thread_node', 'tgid', 'group_leader'),
  ...at('include/linux/sched/signal.h', 'signal_struct', 'nr_threads', 'thread_head'),
  ...at('arch/x86/include/asm/processor.h', 'sp'),
  ...at('arch/x86/include/asm/switch_to.h', 'inactive_task_frame'),
  ...at('kernel/module/main.c', 'modules'),
  ...at('include/linux/module.h', 'sect_attrs', 'core_layout', 'mem', 'base'),
  ...at('kernel/module/sysfs.c', 'module_sect_attrs', 'nsections', 'attrs', 'attr', 'battr', 'address'),
  ...at('include/linux/sysfs.h', 'private'),
  ...at('include/linux/fs_struct.h', 'fs_struct', 'root', 'pwd'),
  ...at('include/linux/nsproxy.h', 'mnt_ns'),
  ...at('fs/mount.h', 'mnt_namespace', 'mounts', 'list', 'mnt_node', 'mnt_parent', 'mnt_mountpoint', 'mnt', 'mnt_devname', 'mnt_id'),
  ...at('include/linux/mount.h', 'mnt_root', 'mnt_sb', 'mnt_flags'),
  ...at('include/linux/path.h', 'dentry'),
  ...at('include/linux/dcache.h', 'd_parent', 'd_name', 'len', 'name'),
  ...at('include/linux/fs.h', 'super_block', 's_type', 's_flags', 's_subtype', 'file_system_type'),
  ...at('include/linux/list.h', 'next'),
  ...at('include/linux/rbtree_types.h', 'rb_node', 'rb_left', 'rb_right'),
  ...at('include/linux/mm_types.h', 'mm_struct', 'pgd'),
  ...at('arch/x86/kernel/head64.c', 'page_offset_base'),
  ...at('arch/x86/include/asm/current.h', 'current_task', 'pcpu_hot'),
  ...at('kernel/entry/common.c', 'syscall_exit_to_user_mode'),
  ...at('block/bdev.c', 'blockdev_superblock', 'bdev_inode', 'bdev'),
  ...at('include/linux/blk_types.h', 'bd_dev', 'bd_device', 'bd_nr_sectors'),
  ...at('include/linux/device.h', 'kobj'),
  ...at('include/linux/fs.h (inodes)', 's_inodes', 'inode', 'i_mode', 'i_link'),
  ...at('include/linux/dcache.h (children)', 'd_children', 'd_inode'),
  ...at('include/linux/mm_types.h (environment)', 'env_start', 'env_end'),
  ...at('arch/x86/kernel/setup.c', 'boot_params'),
  ...at('fs/mount.h (propagation)', 'mnt_t_flags', 'mnt_group_id', 'mnt_master'),
  ...at('arch/x86/include/asm/switch_to.h', 'inactive_task_frame'),
  ...at('include/linux/sched.h (sleeping)', 'on_cpu'),
  ...at('arch/x86/include/asm/processor.h', 'sp'),
  ...at('kernel/module/main.c', 'modules'),
  ...at('include/linux/module.h', 'mem', 'core_layout', 'base', 'sect_attrs'),
  ...at('kernel/module/sysfs.c', 'module_sect_attrs', 'attrs', 'nsections', 'battr', 'address'),
  ...at('include/linux/sysfs.h', 'attr', 'private'),
  // Redox
  ...at('kernel/src/startup/mod.rs', 'BOOTSTRAP', 'startup::BOOTSTRAP', 'env', 'kmain'),
  ...at('kernel/src/syscall/process.rs', 'usermode_bootstrap'),
  ...at('kernel/src/arch/x86_shared/start.rs', 'kstart', '_start'),
  ...at('kernel/src/arch/x86_64/interrupt/syscall.rs', 'syscall_instruction', '__inner_syscall_instruction', 'enter_usermode'),
  ...at('kernel/src/scheme/mod.rs', 'HANDLES'),
  ...at('kernel/src/scheme/user.rs', 'inner', 'context'),
  ...at('hashbrown/src/raw/mod.rs', 'bucket_mask', 'ctrl', 'items'),
  ...at('library/alloc/src/sync.rs', 'strong'),
  ...at('library/core/src/ptr/non_null.rs', 'pointer'),
  ...at('kernel/src/context/mod.rs', 'CONTEXTS'),
  ...at('kernel/src/scheme/user.rs', 'UserInner::write', 'UserInner', 'write'),
  ...at('kernel/src/context/context.rs', 'status', 'status_reason', 'addr_space', 'running', 'arch'),
  ...at('kernel/src/context/memory.rs', 'utable'),
  ...at('kernel/rmm/src/page/mapper.rs', 'table_addr'),
  ...at('kernel/src/arch/x86_shared/gdt.rs', 'ProcessorControlRegion', 'percpu'),
  ...at('kernel/src/percpu.rs', 'switch_internals'),
  ...at('kernel/src/context/switch.rs', 'current_ctxt'),
  ...at('bootloader/src/main.rs', 'args', 'w', 'env_base', 'env_size', 'slice', 'i'),
  // Rust's library and crates
  ...at('library/alloc/src/collections/vec_deque/mod.rs', 'head', 'buf'),
  ...at('library/alloc/src/raw_vec/mod.rs', 'ptr', 'cap'),
  ...at('library/alloc/src/collections/btree', 'length', 'height', 'node', 'keys', 'edges', 'data'),
  ...at('library/core', '__0', '__1', 'value', 'borrow', 'data_ptr'),
  ...at('arrayvec/src/array_string.rs', 'xs'),
};

function at(file: string, ...names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, file]));
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const filesIn = (folder: string): string[] => fs.readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).map((file) => path.join(folder, file));
const read = (file: string): string => fs.readFileSync(path.join(root, file), 'utf8');

describe('names the product looks for', () => {
  it('are all found upstream, with the file', () => {
    const unknown: string[] = [];
    for (const file of filesIn('debug-adapter/chains')) {
      const text = read(file);
      const calls = [
        ...text.matchAll(/\b(?:symbol|hasSymbol|variable|hasVariable|type|hasType|member|hasMember|pointerAt|linked|place)\('([^']+)'/g),
        ...text.matchAll(/\b(?:batch|#batch|this\.#batch)\.at\('([^']+)'/g),
        ...text.matchAll(/\b(?:innerMember|holderOf|memberPath)\((?:[^'()]|\([^()]*\))*'([^']+)'/g),
      ];
      for (const [, found = ''] of calls) for (const name of found.split('.')) if (upstream[name] === undefined) unknown.push(`${file}: ${name}`);
    }
    expect(unknown).toEqual([]);
  });
  it('every reader cites the upstream file it follows', () => {
    const readers = filesIn('debug-adapter/chains').filter((file) => /\.(variable|type)\('/.test(read(file)));
    expect(readers.length).toBeGreaterThan(5);
    for (const file of readers) expect(read(file), file).toMatch(/[\w-]+\/[\w./-]+\.(c|h|rs|S)\b/);
  });
  it('never are those of our test guests', () => {
    for (const file of [...filesIn('boot'), ...filesIn('debug-adapter')]) expect(read(file), file).not.toMatch(/freebsd-live|redox-live|REDOX_LIVE_|allocBlocks|test\/guests/);
  });
});
