import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { LockstepLines } from './lockstep-lines.ts'
import { MemoryLines } from './memory-lines.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'detection-lines-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A line with a device at one end that answers each byte with the next one, and a gateway at the other. */
async function connected(lines: LockstepLines | MemoryLines) {
  const pty = lines.openPty()
  const link = join(folder, 'port')
  symlinkSync(pty.path, link)
  const opened: string[] = []
  pty.onOpen(() => opened.push('opened'))
  pty.onData((bytes) => pty.write(bytes.map((byte) => byte + 1)))
  const { stream, close } = await lines.openPort(link, 9600)
  const heard: number[] = []
  stream.on('data', (bytes: Uint8Array) => heard.push(...bytes))
  return { pty, stream, close, heard, opened, link }
}

describe.each([
  { name: 'ptys', make: () => new LockstepLines() },
  { name: 'memory', make: () => new MemoryLines() },
])('lines by $name', ({ make }) => {
  let lines: LockstepLines | MemoryLines
  beforeEach(() => {
    lines = make()
  })
  afterEach(() => lines.close())

  test('when they have come to rest, every byte has been heard and answered', async () => {
    const { pty, stream, heard, opened, close } = await connected(lines)
    expect(opened).toEqual(['opened'])
    expect(pty.listening).toBe(true)
    pty.write(Uint8Array.of(1, 2, 3))
    await lines.settle()
    expect(heard).toEqual([1, 2, 3])
    stream.write(Buffer.alloc(5000, 40))
    await lines.settle()
    expect(heard.length).toBe(5003)
    expect(new Set(heard.slice(3))).toEqual(new Set([41]))
    await close()
  })

  test('what is said while nobody listens is lost', async () => {
    const { pty, heard, close } = await connected(lines)
    await close()
    pty.write(Uint8Array.of(9))
    await lines.settle()
    expect([pty.listening, pty.droppedBytes, heard]).toEqual([false, 1, []])
  })

  test('a cable that is pulled closes the stream, and cannot be opened any more', async () => {
    const { pty, stream, link, close } = await connected(lines)
    const closed = new Promise((resolve) => stream.once('close', resolve))
    stream.on('error', () => {})
    pty.close()
    await lines.settle()
    await closed
    await close()
    await expect(lines.openPort(link, 9600)).rejects.toThrow(/no such file/i)
  })

  test('a port that is not there', async () => {
    await expect(lines.openPort(join(folder, 'nothing'), 9600)).rejects.toThrow(/no such file/i)
  })
})
