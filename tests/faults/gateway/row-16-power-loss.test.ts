import { execFile } from 'node:child_process'
import { readFileSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { openKept } from '../../../gateway/edge/outbox/open-kept.ts'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { requireServer } from '../../servers/server-missing.ts'
import { testFolder } from '../../test-folder.ts'
import { findStrace } from './disk-tools.ts'
import { afterPowerCut, type Call, readTrace } from './power-cut.ts'

/**
 * 16: the power fails, and with it goes what the disk had not synced: pages in any order, sectors torn from each other.
 * Whatever was promised before is there after the next start, and the file is sound. The operator sees nothing of it.
 */

const CUTS = 40
const WRITER = fileURLToPath(new URL('./keeping-writer.ts', import.meta.url))
const CALLS = 'openat,write,pwrite64,ftruncate,fsync,fdatasync,unlink'

async function traced(folder: string): Promise<Call[]> {
  const strace = await findStrace()
  const trace = join(testFolder(), 'trace')
  const args = ['-f', '-y', '-xx', '-s', '200000', '-o', trace, '-e', `trace=${CALLS}`]
  await promisify(execFile)(strace.path, [...args, process.execPath, WRITER, folder, '16'], {
    env: strace.env,
  })
  return readTrace(readFileSync(trace, 'utf8'), folder)
}

/** Linear congruential: the same cuts in each run. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
}

describe.runIf(await requireServer('strace', findStrace))('a power cut', () => {
  test('16 power loss: every record whose append had resolved is there, and the file is sound', async () => {
    const folder = realpathSync(testFolder())
    const calls = await traced(folder)
    const said = calls.flatMap((call) => (call.call === 'say' ? [call.line] : []))
    expect(said.filter((line) => line.startsWith('kept')).length).toBeGreaterThan(150)
    expect(calls.filter(({ call }) => call === 'sync').length).toBeGreaterThan(40)
    const random = seeded(16)
    const found: number[] = []
    for (let i = 0; i < CUTS; i++) {
      const cut = Math.floor(random() * calls.length)
      const after = join(testFolder(), 'data')
      afterPowerCut(calls, cut, random, after)
      const kept = new Map<number, { bytes: number; number: number }>()
      for (const call of calls.slice(0, cut)) {
        if (call.call !== 'say') continue
        const [what, ...numbers] = call.line.split(' ')
        const [sequence, bytes, number] = numbers.map(Number)
        if (what === 'kept') kept.set(sequence!, { bytes: bytes!, number: number! })
        else kept.delete(sequence!)
      }
      const { outbox, database } = openKept(after, { boot: '00000000000b', maxBytes: 1e6, log: silentLog() })
      expect(outbox.storage()).toEqual({ state: 'ok', inMemory: 0, setAside: 0 })
      const there = new Map(outbox.peek(10_000).map((record) => [record.sequence, record]))
      for (const [sequence, { bytes, number }] of kept) {
        const body = there.get(sequence)?.body
        expect(body?.length).toBe(bytes)
        expect(body?.every((byte) => byte === number % 256)).toBe(true)
      }
      // What was written beside a record is there with it.
      const beside =
        kept.size === 0
          ? []
          : database
              .prepare('SELECT sequence FROM beside')
              .all()
              .map(({ sequence }) => sequence as number)
      expect(beside).toEqual(expect.arrayContaining([...kept.values()].map(({ number }) => number)))
      found.push(kept.size)
      outbox.close()
      rmSync(after, { recursive: true })
    }
    expect(Math.max(...found)).toBeGreaterThan(100)
  }, 60_000)
})
