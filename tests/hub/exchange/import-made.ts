import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { importTrack, type TrackImportReport } from '../../../gateway/hub/exchange/import-track.ts'
import { readTrackFile } from '../../../gateway/hub/exchange/read-file.ts'
import { fixOf } from '../../../gateway/hub/stores/fix-columns.ts'
import { openTrackStore } from '../../../gateway/hub/stores/open-track-store.ts'
import type { Fix } from '../../../proto/domain.ts'
import type { CoordinateSystem } from '../../../proto/http.ts'
import { testFolder } from '../../test-folder.ts'

export const NOW_MS = Date.UTC(2026, 5, 1)

interface Imported {
  report: TrackImportReport
  rejects: string[]
  /** What is in the store then. */
  fixes: Fix[]
}

/** Imports a file into a store of its own. */
export async function importPath(path: string, crs?: CoordinateSystem, nowMs = NOW_MS): Promise<Imported> {
  const store = await openTrackStore({ kind: 'sqlite' }, testFolder())
  try {
    const rejects: string[] = []
    const report = await importTrack(await readTrackFile(path), {
      store,
      device: 'imported',
      crs,
      nowMs,
      onReject: (where, reason) => rejects.push(`${where}: ${reason}`),
      onProgress: () => {},
    })
    const track = await store.readTrack('imported', 0, Number.MAX_SAFE_INTEGER)
    return { report, rejects, fixes: Array.from({ length: track.count }, (_, row) => fixOf(track, row)) }
  } finally {
    await store.close()
  }
}

export function importText(
  content: string | Uint8Array,
  name = 'track',
  crs?: CoordinateSystem,
): Promise<Imported> {
  const path = join(testFolder(), name)
  writeFileSync(path, content)
  return importPath(path, crs)
}
