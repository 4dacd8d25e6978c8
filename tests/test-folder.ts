import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder of the running test; removed after everything that the test opened in it is closed. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gridpatrol-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
