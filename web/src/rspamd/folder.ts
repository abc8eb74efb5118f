// The files of a folder, chosen or dropped: paths from the folder on, and texts.

/** More than any configuration has. */
const MOST = { files: 4000, bytes: 20 << 20 };

export type Folder = Record<string, string>;

/** Reads the files of a folder. `null` if there are too many. What is no text, or large, is no configuration and is left out. */
export async function readFolder(files: readonly { path: string; file: File }[]): Promise<Folder | null> {
  const small = files.filter(({ file }) => file.size <= 1 << 20);
  if (small.length > MOST.files || small.reduce((sum, { file }) => sum + file.size, 0) > MOST.bytes) return null;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const folder: Folder = {};
  for (const { path, file } of small) {
    try {
      folder[path] = decoder.decode(await file.arrayBuffer());
    } catch {
      // Not text.
    }
  }
  return folder;
}

/** What was dropped: the files of folders with their paths, and files by themselves. */
export async function dropped(transfer: DataTransfer): Promise<{ path: string; file: File }[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return [...transfer.files].map((file) => ({ path: file.name, file }));
  const out: { path: string; file: File }[] = [];
  const walk = async (entry: FileSystemEntry, path: string): Promise<void> => {
    if (out.length > MOST.files) return;
    if (entry.isFile) {
      const file = await new Promise<File>((done, failed) => (entry as FileSystemFileEntry).file(done, failed));
      out.push({ path: `${path}${entry.name}`, file });
      return;
    }
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    // It gives some at a time.
    for (;;) {
      const some = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed));
      if (some.length === 0) return;
      for (const inner of some) await walk(inner, `${path}${entry.name}/`);
    }
  };
  for (const entry of entries) await walk(entry, '');
  return out;
}
