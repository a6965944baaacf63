/* What is used of UEFI (UEFI Specification 2.10, chapters 4, 7, 9 and 13). */
#ifndef _EFI_H_
#define _EFI_H_

#include "stand.h"

#define EFIAPI __attribute__((ms_abi))
typedef uint64_t EFI_STATUS, EFI_PHYSICAL_ADDRESS, UINTN;
typedef void *EFI_HANDLE;
typedef uint16_t CHAR16;
typedef struct { uint32_t Data1; uint16_t Data2, Data3; uint8_t Data4[8]; } EFI_GUID;
typedef struct { uint64_t Signature; uint32_t Revision, HeaderSize, CRC32, Reserved; } EFI_TABLE_HEADER;

enum { AllocateAnyPages, AllocateMaxAddress, AllocateAddress };
enum { EfiLoaderCode = 1, EfiLoaderData = 2 };

typedef struct {
	EFI_TABLE_HEADER Hdr;
	void *RaiseTPL, *RestoreTPL;
	EFI_STATUS EFIAPI (*AllocatePages)(int type, int memory, UINTN pages, EFI_PHYSICAL_ADDRESS *at);
	void *FreePages;
	EFI_STATUS EFIAPI (*GetMemoryMap)(UINTN *size, void *map, UINTN *key, UINTN *descriptor, uint32_t *version);
	EFI_STATUS EFIAPI (*AllocatePool)(int memory, UINTN size, void **at);
	void *FreePool;
	void *CreateEvent, *SetTimer, *WaitForEvent, *SignalEvent, *CloseEvent, *CheckEvent;
	void *InstallProtocolInterface, *ReinstallProtocolInterface, *UninstallProtocolInterface;
	EFI_STATUS EFIAPI (*HandleProtocol)(EFI_HANDLE handle, EFI_GUID *protocol, void **interface);
	void *PCHandleProtocol, *RegisterProtocolNotify, *LocateHandle, *LocateDevicePath, *InstallConfigurationTable;
	void *LoadImage, *StartImage;
	EFI_STATUS EFIAPI (*Exit)(EFI_HANDLE image, EFI_STATUS status, UINTN size, CHAR16 *data);
	void *UnloadImage;
	EFI_STATUS EFIAPI (*ExitBootServices)(EFI_HANDLE image, UINTN key);
	void *GetNextMonotonicCount;
	EFI_STATUS EFIAPI (*Stall)(UINTN microseconds);
	EFI_STATUS EFIAPI (*SetWatchdogTimer)(UINTN seconds, uint64_t code, UINTN size, CHAR16 *data);
} EFI_BOOT_SERVICES;

typedef struct {
	EFI_TABLE_HEADER Hdr;
	CHAR16 *FirmwareVendor;
	uint32_t FirmwareRevision;
	EFI_HANDLE ConsoleInHandle;
	void *ConIn;
	EFI_HANDLE ConsoleOutHandle;
	void *ConOut;
	EFI_HANDLE StandardErrorHandle;
	void *StdErr, *RuntimeServices;
	EFI_BOOT_SERVICES *BootServices;
	UINTN NumberOfTableEntries;
	void *ConfigurationTable;
} EFI_SYSTEM_TABLE;

typedef struct {
	uint32_t Revision;
	EFI_HANDLE ParentHandle;
	EFI_SYSTEM_TABLE *SystemTable;
	EFI_HANDLE DeviceHandle;
	void *FilePath, *Reserved;
	uint32_t LoadOptionsSize;
	void *LoadOptions;
	void *ImageBase;
	uint64_t ImageSize;
} EFI_LOADED_IMAGE;

typedef struct EFI_FILE {
	uint64_t Revision;
	EFI_STATUS EFIAPI (*Open)(struct EFI_FILE *directory, struct EFI_FILE **file, const CHAR16 *name, uint64_t mode, uint64_t attributes);
	EFI_STATUS EFIAPI (*Close)(struct EFI_FILE *file);
	void *Delete;
	EFI_STATUS EFIAPI (*Read)(struct EFI_FILE *file, UINTN *size, void *buffer);
	void *Write;
	EFI_STATUS EFIAPI (*GetPosition)(struct EFI_FILE *file, uint64_t *position);
	EFI_STATUS EFIAPI (*SetPosition)(struct EFI_FILE *file, uint64_t position);
} EFI_FILE;

typedef struct EFI_FILE_SYSTEM {
	uint64_t Revision;
	EFI_STATUS EFIAPI (*OpenVolume)(struct EFI_FILE_SYSTEM *fs, EFI_FILE **root);
} EFI_FILE_SYSTEM;

#define LOADED_IMAGE_PROTOCOL { 0x5b1b31a1, 0x9562, 0x11d2, { 0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b } }
#define SIMPLE_FILE_SYSTEM_PROTOCOL { 0x0964e5b22, 0x6459, 0x11d2, { 0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b } }

#endif
