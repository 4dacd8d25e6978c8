import { expect, test } from 'vitest'
import { checkOpenFiles } from '../../../device-sim/load/open-files.ts'

test('too few open files: the error says how many are needed and what to do', () => {
  expect(() => checkOpenFiles(5000, 1024)).toThrow(
    "5000 gateways need 5200 open files, this process may have 1024: raise the limit (ulimit -n 5200, the hub's too) or take at most 824 gateways",
  )
})

test('enough of them, or no limit', () => {
  checkOpenFiles(800, 1024)
  checkOpenFiles(5000, Number.POSITIVE_INFINITY)
})

test('the limit of this process is read', () => {
  expect(() => checkOpenFiles(2 ** 40)).toThrow(/this process may have \d+/)
})
