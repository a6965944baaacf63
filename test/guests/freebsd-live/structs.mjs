/**
 * The kernel's structures that no wire or hardware fixes: declared here as member lists and written into a header per build,
 * so that one build can permute and pad what another lays out as upstream does. Member names and types follow FreeBSD 15.1
 * (sys/sys/{mount,vnode,proc,filedesc,jail,ucred,linker}.h, sys/kern/vfs_cache.c); `shapes` limits a member to some releases.
 *
 * A member is [declaration, shapes?]; the declaration may contain several words and brackets but ends without a semicolon.
 */
const modern = ['13.2', '15.1'];
const s15 = ['15.1'];
const s12 = ['12.x'];
const older = ['12.x', '13.2'];

/** @type {{ name: string, members: [string, string[]?][], last?: string }[]} */
export const structs = [
  { name: 'lock_object', members: [['const char *lo_name'], ['u_int lo_flags'], ['u_int lo_data'], ['struct witness *lo_witness']] },
  { name: 'mtx', members: [['struct lock_object lock_object'], ['volatile uintptr_t mtx_lock']] },
  { name: 'sx', members: [['struct lock_object lock_object'], ['volatile uintptr_t sx_lock']] },
  { name: 'lock', members: [['struct lock_object lock_object'], ['volatile uintptr_t lk_lock'], ['u_int lk_exslpfail'], ['int lk_timo'], ['int lk_pri']] },
  {
    name: 'sbuf',
    members: [['char *s_buf'], ['void *s_drain_func'], ['void *s_drain_arg'], ['int s_error'], ['ssize_t s_size'], ['ssize_t s_len'], ['int s_flags'], ['ssize_t s_sect_len'], ['ssize_t s_rec_off']],
  },
  { name: 'vfsopt', members: [['TAILQ_ENTRY(vfsopt) link'], ['char *name'], ['void *value'], ['int len'], ['int pos'], ['int seen']] },
  { name: 'mount_upper_node', members: [['struct mount *mp'], ['TAILQ_ENTRY(mount_upper_node) mnt_upper_link']] },
  {
    name: 'vfsconf',
    members: [['u_int vfc_version'], ['char vfc_name[MFSNAMELEN]'], ['struct vfsops *vfc_vfsops'], ['struct vfsops *vfc_vfsops_sd', s15], ['int vfc_typenum'], ['int vfc_refcount'], ['int vfc_flags'], ['int vfc_prison_flag', s15], ['struct vfsoptdecl *vfc_opts'], ['TAILQ_ENTRY(vfsconf) vfc_list']],
  },
  {
    name: 'vfsops',
    members: [['int (*vfs_mount)(struct mount *)'], ['int (*vfs_unmount)(struct mount *, int)'], ['int (*vfs_root)(struct mount *, int, struct vnode **)'], ['int (*vfs_statfs)(struct mount *, struct statfs *)'], ['int (*vfs_init)(struct vfsconf *)']],
  },
  {
    name: 'mount',
    members: [
      ['int mnt_vfs_ops', modern], ['int mnt_kern_flag'], ['uint64_t mnt_flag'], ['struct mount_pcpu *mnt_pcpu', s15], ['struct vnode *mnt_rootvnode', modern],
      ['struct vnode *mnt_vnodecovered'], ['struct vfsops *mnt_op'], ['struct vfsconf *mnt_vfc'], ['struct mtx mnt_mtx'], ['int mnt_gen'],
      ['TAILQ_ENTRY(mount) mnt_list'], ['struct vnode *mnt_syncer'], ['int mnt_ref'], ['struct vnodelst mnt_nvnodelist'], ['int mnt_nvnodelistsize'],
      ['int mnt_writeopcount'], ['struct vfsoptlist *mnt_opt'], ['struct vfsoptlist *mnt_optnew'], ['int mnt_maxsymlinklen', s12], ['struct statfs mnt_stat'],
      ['struct ucred *mnt_cred'], ['void *mnt_data'], ['time_t mnt_time'], ['int mnt_iosize_max'], ['struct netexport *mnt_export'], ['struct label *mnt_label'],
      ['u_int mnt_hashseed'], ['int mnt_lockref'], ['int mnt_secondary_writes'], ['int mnt_secondary_accwrites'], ['struct thread *mnt_susp_owner'],
      ['struct ucred *mnt_exjail', s15], ['char *mnt_gjprovider'], ['struct mtx mnt_listmtx'], ['struct vnodelst mnt_lazyvnodelist', modern], ['int mnt_lazyvnodelistsize', modern],
      ['int mnt_upper_pending', s15], ['struct lock mnt_explock'], ['TAILQ_HEAD(, mount_upper_node) mnt_uppers', modern], ['TAILQ_HEAD(, mount_upper_node) mnt_notify', s15],
      ['TAILQ_HEAD(, mount) mnt_uppers', s12], ['STAILQ_ENTRY(mount) mnt_taskqueue_link', s15], ['uint64_t mnt_taskqueue_flags', s15], ['unsigned int mnt_unmount_retries', s15],
    ],
  },
  {
    name: 'vnode',
    members: [
      ['const char *v_tag', s12], ['enum vtype v_type', s12], ['__enum_uint8(vtype) v_type', modern], ['__enum_uint8(vstate) v_state', s15], ['short v_irflag', modern],
      ['seqc_t v_seqc', modern], ['uint32_t v_nchash', modern], ['u_int v_hash'], ['struct vop_vector *v_op'], ['void *v_data'], ['struct mount *v_mount'],
      ['TAILQ_ENTRY(vnode) v_nmntvnodes'],
      ['union { struct mount *v_mountedhere; struct unpcb *v_unpcb; struct cdev *v_rdev; struct fifoinfo *v_fifoinfo; }'],
      ['LIST_ENTRY(vnode) v_hashlist'], ['LIST_HEAD(, namecache) v_cache_src'], ['TAILQ_HEAD(, namecache) v_cache_dst'], ['struct namecache *v_cache_dd'],
      ['struct lock v_lock'], ['struct mtx v_interlock'], ['struct lock *v_vnlock'], ['TAILQ_ENTRY(vnode) v_vnodelist', modern], ['TAILQ_ENTRY(vnode) v_actfreelist', s12],
      ['TAILQ_ENTRY(vnode) v_lazylist', modern], ['struct vpollinfo *v_pollinfo'], ['struct label *v_label'], ['struct lockf *v_lockf'],
      ['u_int v_holdcnt'], ['u_int v_usecount'], ['u_int v_iflag', s12], ['u_int v_vflag', s12], ['u_short v_iflag', modern], ['u_short v_vflag', modern], ['u_short v_mflag', modern],
      ['short v_dbatchcpu', modern], ['int v_writecount'], ['int v_seqc_users', modern],
    ],
  },
  {
    name: 'namecache',
    members: [
      ['LIST_ENTRY(namecache) nc_src'], ['TAILQ_ENTRY(namecache) nc_dst'], ['LIST_ENTRY(namecache) nc_hash', s12], ['CK_SLIST_ENTRY(namecache) nc_hash', modern],
      ['struct vnode *nc_dvp'], ['union { struct vnode *nu_vp; struct negstate nu_neg; } n_un'], ['u_char nc_flag'], ['u_char nc_nlen'],
    ],
    last: 'char nc_name[]',
  },
  { name: 'namecache_ts', members: [['struct timespec nc_time'], ['struct timespec nc_dotdottime'], ['int nc_ticks'], ['int nc_pad']], last: 'struct namecache nc_nc' },
  {
    name: 'ucred',
    members: [['struct mtx cr_mtx', s15], ['long cr_ref', s15], ['u_int cr_ref', ['12.x', '13.2']], ['u_int cr_users', modern], ['uid_t cr_uid'], ['uid_t cr_ruid'], ['uid_t cr_svuid'], ['int cr_ngroups'], ['gid_t cr_rgid'], ['gid_t cr_svgid'], ['struct uidinfo *cr_uidinfo'], ['struct uidinfo *cr_ruidinfo'], ['struct prison *cr_prison'], ['struct loginclass *cr_loginclass'], ['u_int cr_flags'], ['struct label *cr_label'], ['gid_t *cr_groups']],
  },
  {
    name: 'prison',
    members: [
      ['TAILQ_ENTRY(prison) pr_list'], ['int pr_id'], ['volatile u_int pr_ref'], ['volatile u_int pr_uref'], ['unsigned pr_flags'], ['LIST_HEAD(, prison) pr_children'],
      ['LIST_ENTRY(prison) pr_sibling'], ['struct prison *pr_parent'], ['struct mtx pr_mtx'], ['struct vnode *pr_root'], ['char pr_path[MAXPATHLEN]'], ['char pr_name[MAXHOSTNAMELEN]'],
      ['char pr_hostname[MAXHOSTNAMELEN]'], ['int pr_securelevel'], ['int pr_enforce_statfs'], ['int pr_devfs_rsnum'], ['unsigned pr_allow'], ['int pr_childcount'], ['int pr_childmax'], ['enum prison_state pr_state', s15],
    ],
  },
  { name: 'pwd', members: [['u_int pwd_refcount'], ['struct vnode *pwd_cdir'], ['struct vnode *pwd_rdir'], ['struct vnode *pwd_jdir'], ['struct vnode *pwd_adir', s15]] },
  { name: 'pwddesc', members: [['struct mtx pd_lock'], ['smrpwd_t pd_pwd'], ['u_int pd_refcount'], ['u_short pd_cmask']] },
  {
    name: 'filedesc',
    members: [
      ['struct fdescenttbl *fd_files'], ['struct vnode *fd_cdir', s12], ['struct vnode *fd_rdir', s12], ['struct vnode *fd_jdir', s12], ['u_long *fd_map'], ['u_short fd_cmask', s12],
      ['int fd_freefile', modern], ['int fd_lastfile', s12], ['u_int fd_refcnt'], ['u_int fd_holdcnt'], ['struct sx fd_sx'], ['int fd_holdleaderscount'],
    ],
  },
  {
    name: 'file',
    members: [['volatile u_int f_flag'], ['volatile u_int f_count'], ['void *f_data'], ['struct fileops *f_ops'], ['struct vnode *f_vnode'], ['struct ucred *f_cred'], ['short f_type'], ['short f_vnread_flags'], ['off_t f_offset']],
  },
  {
    name: 'pmap',
    members: [['struct mtx pm_mtx'], ['uint64_t *pm_pmltop'], ['uint64_t *pm_pmltopu', modern], ['uint64_t pm_cr3'], ['uint64_t pm_ucr3', modern], ['long pm_resident_count'], ['u_int pm_flags']],
  },
  { name: 'vmspace', members: [['struct pmap vm_pmap'], ['caddr_t vm_taddr'], ['caddr_t vm_daddr'], ['caddr_t vm_maxsaddr'], ['size_t vm_tsize'], ['size_t vm_dsize'], ['size_t vm_ssize'], ['u_int vm_refcnt'], ['vm_offset_t vm_stacktop', s15]] },
  {
    name: 'thread',
    members: [
      ['struct mtx *volatile td_lock'], ['struct proc *td_proc'], ['TAILQ_ENTRY(thread) td_plist'], ['TAILQ_ENTRY(thread) td_runq'], ['TAILQ_ENTRY(thread) td_slpq'], ['lwpid_t td_tid'],
      ['int td_flags'], ['const void *td_wchan'], ['const char *td_wmesg'], ['char td_name[MAXCOMLEN + 1]'], ['struct ucred *td_ucred'], ['struct ucred *td_realucred', modern], ['int td_errno'],
      ['struct syscall_args td_sa'], ['struct pcb *td_pcb'], ['enum { TDS_INACTIVE = 0x0, TDS_INHIBITED, TDS_CAN_RUN, TDS_RUNQ, TDS_RUNNING } td_state'], ['union { register_t tdu_retval[2]; off_t tdu_off; } td_uretoff'],
      ['struct trapframe *td_frame'], ['vm_offset_t td_kstack'], ['int td_kstack_pages'], ['int td_critnest'], ['uint64_t td_sleeptimo'], ['void (*td_callout)(void *)'], ['void *td_callout_arg'],
    ],
  },
  {
    name: 'proc',
    members: [
      ['LIST_ENTRY(proc) p_list'], ['TAILQ_HEAD(, thread) p_threads'], ['struct mtx p_slock'], ['struct ucred *p_ucred'], ['struct filedesc *p_fd'], ['struct filedesc_to_leader *p_fdtol'],
      ['struct pwddesc *p_pd', modern], ['struct pstats *p_stats'], ['struct plimit *p_limit'], ['struct sigacts *p_sigacts'], ['int p_flag'], ['int p_flag2'],
      ['enum p_states { PRS_NEW = 0, PRS_NORMAL, PRS_ZOMBIE } p_state'], ['pid_t p_pid'], ['LIST_ENTRY(proc) p_hash'], ['LIST_ENTRY(proc) p_pglist'], ['struct proc *p_pptr'],
      ['LIST_ENTRY(proc) p_sibling'], ['LIST_HEAD(, proc) p_children'], ['struct proc *p_reaper'], ['struct mtx p_mtx'], ['u_int p_siglist'], ['struct vmspace *p_vmspace'],
      ['u_int p_swtick'], ['u_int p_xexit'], ['struct vnode *p_textvp'], ['struct vnode *p_textdvp', s15], ['char *p_binname', s15], ['u_int p_magic'], ['int p_osrel'],
      ['char p_comm[MAXCOMLEN + 1]'], ['struct sysentvec *p_sysent'], ['struct pargs *p_args'], ['u_short p_xsig'], ['struct pgrp *p_pgrp'], ['int p_numthreads'],
    ],
  },
  {
    name: 'linker_file',
    members: [['kobj_ops_t ops'], ['int refs'], ['int userrefs'], ['int flags'], ['TAILQ_ENTRY(linker_file) link'], ['char *filename'], ['char *pathname'], ['int id'], ['caddr_t address'], ['size_t size'], ['caddr_t ctors_addr'], ['size_t ctors_size'], ['int ndeps'], ['linker_file_t *deps'], ['int loadcnt'], ['int nenabled']],
  },
  { name: 'g_class', members: [['const char *name'], ['u_int version'], ['u_int spare0'], ['struct g_provider *(*taste)(struct g_class *, struct g_provider *)'], ['LIST_ENTRY(g_class) class'], ['LIST_HEAD(, g_geom) geom']] },
  { name: 'g_geom', members: [['char *name'], ['struct g_class *class'], ['LIST_ENTRY(g_geom) geom'], ['LIST_HEAD(, g_consumer) consumer'], ['LIST_HEAD(, g_provider) provider'], ['int rank'], ['void *softc'], ['unsigned flags']] },
  { name: 'g_consumer', members: [['struct g_geom *geom'], ['LIST_ENTRY(g_consumer) consumer'], ['struct g_provider *provider'], ['LIST_ENTRY(g_consumer) consumers'], ['int acr'], ['int acw'], ['int ace'], ['void *private']] },
  { name: 'g_provider', members: [['char *name'], ['LIST_ENTRY(g_provider) provider'], ['struct g_geom *geom'], ['LIST_HEAD(, g_consumer) consumers'], ['int acr'], ['int acw'], ['int ace'], ['int error'], ['off_t mediasize'], ['u_int sectorsize'], ['u_int flags'], ['void *private']] },
  // sys/geom/part/g_part.h; KOBJ_CLASS_FIELDS and KOBJ_FIELDS of sys/sys/kobj.h written out.
  { name: 'g_part_scheme', members: [['const char *name'], ['void *methods'], ['size_t size'], ['size_t gps_entrysz'], ['int gps_minent'], ['int gps_defent'], ['int gps_maxent'], ['int gps_bootcodesz'], ['TAILQ_ENTRY(g_part_scheme) scheme_list']] },
  { name: 'g_part_entry', members: [['LIST_ENTRY(g_part_entry) gpe_entry'], ['struct g_provider *gpe_pp'], ['off_t gpe_offset'], ['int64_t gpe_start'], ['int64_t gpe_end'], ['int gpe_index']] },
  { name: 'g_part_table', members: [['kobj_ops_t ops'], ['struct g_part_scheme *gpt_scheme'], ['struct g_geom *gpt_gp'], ['LIST_HEAD(, g_part_entry) gpt_entry'], ['int64_t gpt_first'], ['int64_t gpt_last'], ['int gpt_entries'], ['int gpt_depth']] },
  {
    name: 'md_s',
    members: [['int unit'], ['LIST_ENTRY(md_s) list'], ['struct mtx queue_mtx'], ['struct proc *procp'], ['struct g_geom *gp'], ['struct g_provider *pp'], ['enum md_types type'], ['int opencount'], ['off_t mediasize'], ['unsigned sectorsize'], ['unsigned flags'], ['char ident[32]', modern], ['u_char *pl_ptr', older], ['size_t pl_len', older], ['struct vnode *vnode', older], ['char file[PATH_MAX]', older], ['char label[PATH_MAX]'], ['struct ucred *cred'], ['void *object', older],
      ['union { struct { u_char *pl_ptr; size_t pl_len; char name[PATH_MAX]; } s_preload; struct { struct vnode *vnode; char file[PATH_MAX]; void *kva; } s_vnode; struct { void *object; } s_swap; }', s15],
    ],
  },
  { name: 'cdev', members: [['void *si_spare0'], ['u_int si_flags'], ['struct ucred *si_cred'], ['int si_drv0'], ['int si_refcount'], ['LIST_ENTRY(cdev) si_list'], ['void *si_drv1'], ['struct cdevsw *si_devsw'], ['struct mount *si_mountpt'], ['u_int si_usecount'], ['char si_name[SPECNAMELEN + 1]']] },
  { name: 'unionfs_mount', members: [['struct mount *um_lowermp', modern], ['struct mount *um_uppermp', modern], ['struct vnode *um_lowervp'], ['struct vnode *um_uppervp'], ['struct vnode *um_rootvp'], ['struct mount_upper_node um_upper_link', modern], ['struct mount_upper_node um_lower_link', modern], ['int um_copymode'], ['int um_whitemode'], ['uid_t um_uid'], ['gid_t um_gid'], ['u_short um_udir'], ['u_short um_ufile']] },
  { name: 'unionfs_node', members: [['struct vnode *un_uppervp'], ['struct vnode *un_lowervp'], ['struct vnode *un_dvp'], ['struct vnode *un_vnode'], ['LIST_ENTRY(unionfs_node) un_hash'], ['char *un_path'], ['int un_pathlen'], ['int un_flag']] },
  { name: 'null_mount', members: [['struct mount *nullm_vfs'], ['struct vnode *nullm_rootvp', s12], ['struct vnode *nullm_lowerrootvp', modern], ['struct mount_upper_node upper_node', modern], ['uint64_t nullm_flags']] },
  { name: 'null_node', members: [['LIST_ENTRY(null_node) null_hash'], ['struct vnode *null_lowervp'], ['struct vnode *null_vnode'], ['u_int null_flags']] },
];

/** A small seeded generator (mulberry32): the same seed lays the structures out the same way everywhere. */
const generator = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};

/** Header text with every structure in one shape; `shuffle` permutes and pads them and moves the guest's own constants. */
export function structHeader(shape, shuffle) {
  const random = generator(shuffle ?? 0);
  const whole = (low, high) => low + Math.floor(random() * (high - low + 1));
  const lines = ['/* Written by structs.mjs. */', '#ifndef _STRUCTS_H_', '#define _STRUCTS_H_', `/* shape ${shape}, ${shuffle === undefined ? 'as upstream' : `shuffled by seed ${shuffle}`} */`];
  const shuffled = shuffle !== undefined;
  const constant = (name, normal, low, high) => lines.push(`#define ${name} ${shuffled ? whole(low, high) : normal}`);
  constant('GUEST_ALLOC_STRIDE', 2731, 1, 4000);
  constant('GUEST_ALLOC_SEED', 1, 2, 60000);
  constant('GUEST_SCATTER', 0, 1, 1);
  constant('GUEST_PID_STEP', 1, 2, 9);
  constant('GUEST_ROOTFS_MIB', 803, 300, 2000);
  constant('GUEST_UZIP_MIB', 230, 90, 280);
  constant('GUEST_ESP_MIB', 32, 16, 64);
  constant('KENV_SIZE', 512, 300, 900);
  constant('KSTACK_PAGES', 4, 4, 7);
  for (const { name, members, last } of structs) {
    const present = members.filter(([, shapes]) => !shapes || shapes.includes(shape)).map(([text]) => text);
    if (shuffled) {
      for (let i = present.length - 1; i > 0; i--) {
        const j = whole(0, i);
        [present[i], present[j]] = [present[j], present[i]];
      }
      for (let i = present.length; i >= 0; i--) if (random() < 0.35) present.splice(i, 0, `unsigned char __filler${i}[${whole(1, 40)}]`);
    }
    lines.push(`struct ${name} {`, ...present.map((text) => `\t${text};`), ...(last ? [`\t${last};`] : []), '};');
  }
  lines.push('#endif', '');
  return lines.join('\n');
}
