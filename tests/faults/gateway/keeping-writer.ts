import { writeSync } from 'node:fs'
import { openKept } from '../../../gateway/edge/outbox/open-kept.ts'
import { silentLog } from '../../../gateway/foundation/log.ts'

/**
 * A process for row 16: keeps records in a folder and says on stdout, in the same order in which it talks to the disk,
 * what it was promised: `kept N` once a record's append has resolved, `gone N` before its receipt is passed on.
 */

const [folder = '', seed = '1'] = process.argv.slice(2)
const say = (line: string): void => void writeSync(1, `${line}\n`)
const { outbox, database } = openKept(folder, { boot: '00000000000a', maxBytes: 1e7, log: silentLog() })
database.exec('CREATE TABLE IF NOT EXISTS beside (sequence INTEGER PRIMARY KEY, note TEXT) STRICT')

let state = Number(seed)
const random = (below: number): number => {
  state = (state * 1_103_515_245 + 12_345) % 2 ** 31
  return Math.floor((state / 2 ** 31) * below)
}

let made = 0
for (let burst = 0; burst < 40; burst++) {
  const kept = await Promise.all(
    Array.from({ length: 1 + random(12) }, async () => {
      const number = ++made
      const body = Buffer.alloc(100 + random(18_000), number % 256)
      const beside = database.prepare('INSERT INTO beside VALUES (?, ?)')
      const key = await outbox.append('case', body, () => void beside.run(number, 'x'.repeat(random(300))))
      say(`kept ${key.sequence} ${body.length} ${number}`)
      return key.sequence
    }),
  )
  for (const sequence of kept.filter(() => random(3) === 0)) {
    say(`gone ${sequence}`)
    outbox.remove('00000000000a', [sequence])
  }
}
process.exit(0)
