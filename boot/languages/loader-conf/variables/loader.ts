import { table } from './table';

/** Read by the loader itself: stand/defaults/loader.conf, loader.conf(5), loader(8), loader.efi(8) of FreeBSD 12 to 15. */
const lua = { name: 'loader', path: 'stand/lua/config.lua' };
const core = { name: 'loader', path: 'stand/common/boot.c' };
const menu = { name: 'loader menu', path: 'stand/lua/menu.lua' };
const drawer = { name: 'loader menu', path: 'stand/lua/drawer.lua' };
const console = { name: 'loader consoles', path: 'stand/common/console.c' };
const serial = { name: 'loader serial console', path: 'stand/i386/libi386/comconsole.c' };
const efi = { name: 'loader.efi', path: 'stand/efi/loader/main.c' };
const gfx = { name: 'loader framebuffer', path: 'stand/common/gfx_fb.c' };
const net = { name: 'loader network', path: 'stand/common/dev_net.c' };
const password = { name: 'loader', path: 'stand/lua/password.lua' };

export const loaderVariables = [
  ...table(lua, 'loader.conf(5)', [
    ['exec', 'command', undefined, 'Command of the loader, run at once when the line is read; only in double quotes'],
    ['kernel', 'string', 'kernel', 'Folder below /boot (or file) with the kernel and its modules'],
    ['kernels', 'list', 'kernel kernel.old', 'Kernels offered in the boot menu, separated by blanks or commas'],
    ['kernels_autodetect', 'yes-no', 'YES', 'Look for further kernels in /boot'],
    ['kernel_options', 'string', '', 'Flags handed to the kernel'],
    ['bootfile', 'string', 'kernel', 'Name of the kernel file, alternatives separated by ";"'],
    ['loader_conf_files', 'list', '/boot/device.hints /boot/loader.conf', 'Files read right after this one, once each; the variable itself is write-only'],
    ['loader_conf_dirs', 'list', '/boot/loader.conf.d', 'Folders whose *.conf files are read after loader_conf_files, in directory order', { since: '12.2' }],
    ['local_loader_conf_files', 'list', '/boot/loader.conf.local', 'Files read after everything but nextboot.conf', { since: '14.0' }],
    ['product_vars', 'list', undefined, 'Names of variables whose values name further folders below /boot/loader.conf.d', { since: '14.0' }],
    ['nextboot_conf', 'path', '/boot/nextboot.conf', 'Settings for the next boot only', { man: 'nextboot(8)' }],
    ['nextboot_enable', 'yes-no', undefined, 'First line of nextboot.conf: whether it is read', { man: 'nextboot(8)' }],
    ['verbose_loading', 'yes-no', 'NO', 'Name each module as it is loaded'],
    ['module_path', 'list', '/boot/modules;/boot/firmware;/boot/dtb;/boot/dtb/overlays', 'Where modules are looked for, separated by ";"; the kernel\'s own folder comes first'],
    ['module_blacklist', 'list', undefined, 'Modules never loaded, separated by blanks, ";" or ","'],
    ['bootenv_autolist', 'yes-no', 'YES', 'List ZFS boot environments in the menu'],
    ['zfs_be_active', 'string', undefined, 'ZFS boot environment that is booted'],
  ]),
  ...table(core, 'loader(8)', [
    ['autoboot_delay', 'string', '10', 'Seconds before booting; -1: at once, not to be interrupted; NO: stop at the prompt', { values: ['NO', '-1', '0', '3', '10'] }],
    ['loader_delay', 'number', undefined, 'Seconds to wait before anything is loaded', { man: 'loader.conf(5)' }],
    ['print_delay', 'number', undefined, 'Microseconds to wait after each printed line of the kernel', { man: 'loader(8)' }],
    ['currdev', 'string', undefined, 'Device the kernel is loaded from, as in disk0p2: or zfs:zroot/ROOT/default:'],
    ['loaddev', 'string', undefined, 'Device the loader came from'],
    ['rootdev', 'string', undefined, 'Root device in the loader\'s own notation; by default currdev'],
    ['root_disk_unit', 'number', undefined, 'Unit number of the root disk, when the loader guesses wrong'],
    ['num_ide_disks', 'number', undefined, 'Number of IDE disks before the root disk (old; see root_disk_unit)'],
    ['dumpdev', 'string', undefined, 'Device for kernel dumps, set early', { man: 'dumpon(8)' }],
    ['prompt', 'string', '${interpret}', 'Prompt of the loader'],
    ['interpret', 'string', undefined, 'State of the interpreter, used in prompt'],
    ['LINES', 'number', '24', 'Lines of the screen, for the pager'],
    ['COLUMNS', 'number', undefined, 'Columns of the screen'],
    ['twiddle_divisor', 'number', '16', 'Speed of the progress indicator: larger is slower'],
    ['script.lang', 'string', undefined, 'Interpreter of this loader', { values: ['lua', 'forth', 'simple'] }],
    ['kernelname', 'path', undefined, 'Kernel file that was loaded; set by the loader'],
    ['module_verbose', 'number', '2', 'How much is printed while modules are loaded: 0 nothing, 1 names, 2 sizes, 3 all', { since: '14.1' }],
    ['vesa_load', 'yes-no', 'NO', 'Load the VESA module', { man: 'loader.conf(5)' }],
  ]),
  ...table(menu, 'loader.conf(5)', [
    ['beastie_disable', 'yes-no', 'NO', 'Boot without the menu'],
    ['loader_menu_title', 'string', 'Welcome to FreeBSD', 'Title of the menu'],
    ['loader_menu_title_align', 'string', 'center', 'Where the title stands', { values: ['left', 'center', 'right'] }],
    ['loader_menu_frame', 'string', 'double', 'Frame of the menu', { values: ['ascii', 'single', 'double', 'none'] }],
    ['loader_menu_x', 'number', '5', 'Column of the menu'],
    ['loader_menu_y', 'number', '10', 'Row of the menu'],
    ['loader_menu_timeout_x', 'number', '4', 'Column of the countdown'],
    ['loader_menu_timeout_y', 'number', undefined, 'Row of the countdown'],
    ['loader_menu_multi_user_prompt', 'string', undefined, 'Words for the multi-user entry'],
    ['loader_color', 'yes-no', 'YES', 'Colours in the menu'],
    ['acpi_disable', 'switch', undefined, 'Boot without ACPI'],
    ['entropy_efi_seed', 'yes-no', 'YES', 'Take entropy from the UEFI firmware', { since: '13.2' }],
    ['entropy_efi_seed_size', 'number', '2048', 'Bytes of entropy taken from the firmware', { since: '14.0' }],
  ]),
  ...table(drawer, 'loader.conf(5)', [
    ['loader_logo', 'string', 'orb', 'Logo beside the menu', { values: ['orb', 'orbbw', 'beastie', 'beastiebw', 'fbsdbw', 'none'] }],
    ['loader_logo_x', 'number', '46', 'Column of the logo'],
    ['loader_logo_y', 'number', '4', 'Row of the logo'],
    ['loader_brand', 'string', 'fbsd', 'Brand above the menu', { values: ['fbsd', 'none'] }],
    ['loader_brand_x', 'number', '2', 'Column of the brand'],
    ['loader_brand_y', 'number', '1', 'Row of the brand'],
    ['loader_gfx', 'yes-no', 'YES', 'Pictures for logo and brand where the console can show them', { since: '13.0' }],
  ]),
  ...table(password, 'loader.conf(5)', [
    ['password', 'string', undefined, 'Password for changing boot options, in clear text'],
    ['bootlock_password', 'string', undefined, 'Password without which nothing is booted, in clear text'],
    ['geom_eli_passphrase_prompt', 'yes-no', 'NO', 'Ask for the geli(8) passphrase of the root in the loader'],
  ]),
  ...table(console, 'loader.conf(5)', [
    [
      'console',
      'list',
      'vidconsole',
      'Consoles of the loader, separated by blanks or commas; the first is the primary one. With UEFI "efi" is the default and "comconsole" the serial line',
      { values: ['vidconsole', 'comconsole', 'nullconsole', 'spinconsole', 'efi', 'eficom'] },
    ],
    ['screen.font', 'string', undefined, 'Font of the framebuffer console', { since: '13.0' }],
    ['screen.textmode', 'switch', undefined, 'Text mode of the video console', { since: '13.0' }],
    ['screen.height', 'number', undefined, 'Height of the framebuffer in pixels'],
    ['screen.width', 'number', undefined, 'Width of the framebuffer in pixels'],
    ['screen.depth', 'number', undefined, 'Bits for each pixel'],
    ['teken.fg_color', 'string', 'white', 'Foreground colour', { man: 'vt(4)' }],
    ['teken.bg_color', 'string', 'black', 'Background colour', { man: 'vt(4)' }],
  ]),
  ...table(serial, 'loader(8)', [
    ['comconsole_speed', 'number', '115200', 'Speed of the serial console; 9600 before 14', { values: ['9600', '19200', '38400', '57600', '115200'] }],
    ['comconsole_port', 'number', '0x3f8', 'I/O port of the serial console: COM1 is 0x3f8, COM2 0x2f8', { values: ['0x3f8', '0x2f8', '0x3e8', '0x2e8'] }],
    ['comconsole_pcidev', 'string', undefined, 'PCI serial card as console, bus:device:function[:bar]'],
  ]),
  ...table(efi, 'loader.efi(8)', [
    ['efi_com_port', 'number', undefined, 'I/O port of the UEFI serial console', { since: '13.0' }],
    ['efi_com_speed', 'number', undefined, 'Speed of the UEFI serial console', { since: '13.0' }],
    ['efi_disable_vmap', 'switch', undefined, 'Do not give the firmware a virtual map of its runtime services'],
    ['efi_8250_uid', 'string', undefined, 'ACPI UID of the serial port to use', { since: '14.2' }],
    ['copy_staging', 'string', 'auto', 'Copy the kernel to its place before starting it', { values: ['auto', 'enable', 'disable'], since: '13.1' }],
  ]),
  ...table(gfx, 'loader.conf(5)', [
    ['efi_max_resolution', 'string', '1x1', 'Largest UEFI video mode: 480p, 720p, 1080p, 2160p, 4k, 5k or WIDTHxHEIGHT', { values: ['480p', '720p', '1080p', '2160p', '4k', '5k', '1x1'] }],
    ['vbe_max_resolution', 'string', undefined, 'Largest VESA video mode, as efi_max_resolution', { values: ['480p', '720p', '1080p', '2160p', '4k', '5k'], since: '13.0' }],
    ['splash', 'path', undefined, 'PNG picture shown while the kernel starts', { since: '15.0' }],
    ['shutdown_splash', 'path', undefined, 'PNG picture shown at shutdown', { since: '15.0' }],
  ]),
  ...table(net, 'loader(8)', [
    ['boot.netif.ip', 'string', undefined, 'Address of the network interface that was booted from', { man: 'diskless(8)' }],
    ['boot.netif.netmask', 'string', undefined, 'Its netmask', { man: 'diskless(8)' }],
    ['boot.netif.gateway', 'string', undefined, 'Gateway of a network boot', { man: 'diskless(8)' }],
    ['boot.netif.hwaddr', 'mac', undefined, 'Hardware address of the interface that was booted from', { man: 'diskless(8)' }],
    ['boot.netif.mtu', 'number', undefined, 'MTU of the interface that was booted from', { man: 'diskless(8)' }],
    ['boot.netif.server', 'string', undefined, 'Server of a network boot', { man: 'diskless(8)' }],
    ['boot.nfsroot.server', 'string', undefined, 'NFS server of the root', { man: 'diskless(8)' }],
    ['boot.nfsroot.path', 'path', undefined, 'Path of the root on the NFS server', { man: 'diskless(8)' }],
    ['boot.nfsroot.options', 'string', undefined, 'Mount options of the NFS root', { man: 'diskless(8)' }],
    ['boot.nfsroot.nfshandle', 'string', undefined, 'File handle of the NFS root; set by the loader', { man: 'diskless(8)' }],
    ['dhcp.host-name', 'string', undefined, 'Host name told by DHCP', { man: 'diskless(8)' }],
    ['tftp.blksize', 'number', '1428', 'TFTP block size, 8 to 9008'],
    ['netdev', 'string', undefined, 'Network device of the loader'],
    ['netserver', 'string', undefined, 'Server the loader reads from', { man: 'diskless(8)' }],
    ['nfs.read_size', 'number', '1024', 'Bytes of one NFS read of the loader'],
  ]),
];
