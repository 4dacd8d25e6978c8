import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LinkFolder } from '../../../device-sim/devices/link-folder.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'link-folder-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('links lead where they are told to, and are gone in the end', () => {
  const links = new LinkFolder(join(folder, 'new', 'sim'))
  links.set('a-gps', '/dev/pts/1')
  links.set('b-gps', '/dev/pts/2')
  links.set('a-gps', '/dev/pts/3')
  expect(readlinkSync(links.pathOf('a-gps'))).toBe('/dev/pts/3')
  links.remove('b-gps')
  expect(readdirSync(links.path).filter((name) => !name.startsWith('.'))).toEqual(['a-gps'])
  links.close()
  expect(readdirSync(links.path)).toEqual([])
})

test('a folder of its own is gone with its links', () => {
  const links = new LinkFolder()
  links.set('a-gps', '/dev/pts/1')
  links.close()
  expect(existsSync(links.path)).toBe(false)
})

test('a dead link of a simulation that crashed is led elsewhere', () => {
  symlinkSync('/dev/pts/gone', join(folder, 'a-gps'))
  writeFileSync(join(folder, '.simulation.pid'), '999999999\n')
  const links = new LinkFolder(folder)
  links.set('a-gps', '/dev/pts/1')
  expect(readlinkSync(join(folder, 'a-gps'))).toBe('/dev/pts/1')
  links.close()
})

test('a link that someone has led elsewhere is left alone', () => {
  const links = new LinkFolder(folder)
  links.set('a-gps', '/dev/pts/1')
  unlinkSync(join(folder, 'a-gps'))
  symlinkSync('/dev/ttyUSB0', join(folder, 'a-gps'))
  links.close()
  expect(readlinkSync(join(folder, 'a-gps'))).toBe('/dev/ttyUSB0')
})

test('a file of that name is never replaced', () => {
  mkdirSync(join(folder, 'a-gps'))
  const links = new LinkFolder(folder)
  expect(() => links.set('a-gps', '/dev/pts/1')).toThrow(
    `${join(folder, 'a-gps')}: a file that is no link stands there; move it away, or name another folder`,
  )
  links.close()
})

test('a folder belongs to one simulation at a time, in this process and in any other', async () => {
  const links = new LinkFolder(folder)
  expect(() => new LinkFolder(folder)).toThrow(/another simulation \(process \d+\) has its links there/)
  links.close()
  const other = spawn('sleep', ['60'])
  await once(other, 'spawn')
  writeFileSync(join(folder, '.simulation.pid'), `${other.pid}\n`)
  expect(() => new LinkFolder(folder)).toThrow(`process ${other.pid}) has its links there; stop it`)
  other.kill()
  await once(other, 'exit')
  new LinkFolder(folder).close()
})
