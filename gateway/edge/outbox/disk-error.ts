import type { StorageStateName } from '../../../proto/domain.ts'

/** What a disk's refusal means: a state of the disk, or a file that is no sound database. */
export type DiskFailure = Exclude<StorageStateName, 'ok'> | 'corrupt'

/** Primary result codes, https://sqlite.org/rescode.html; anything else of SQLite is a failing disk. */
const BY_SQLITE_CODE: ReadonlyMap<number, DiskFailure> = new Map([
  [8, 'read-only'],
  [11, 'corrupt'],
  [13, 'full'],
  [26, 'corrupt'],
])
const BY_ERRNO: ReadonlyMap<string, DiskFailure> = new Map([
  ['ENOSPC', 'full'],
  ['EDQUOT', 'full'],
  ['EROFS', 'read-only'],
])

/** The file was read, and is not what was written there. */
export class CorruptFile extends Error {
  override name = 'CorruptFile'
}

/** Undefined for an error that is not the disk's: a mistake of the program, a record that is refused. */
export function diskFailure(error: unknown): DiskFailure | undefined {
  if (error instanceof CorruptFile) return 'corrupt'
  const { code, errcode, syscall } = error as { code?: string; errcode?: number; syscall?: string }
  if (code === 'ERR_SQLITE_ERROR' && errcode !== undefined)
    // The upper bits say more: https://sqlite.org/rescode.html#extrc
    return BY_SQLITE_CODE.get(errcode & 0xff) ?? 'failing'
  if (code !== undefined && syscall !== undefined) return BY_ERRNO.get(code) ?? 'failing'
  return undefined
}
