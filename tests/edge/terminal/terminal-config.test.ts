import { expect, test } from 'vitest'
import { TerminalConfig } from '../../../gateway/edge/terminal/terminal-config.ts'

test('by itself the page is for the terminal alone', () => {
  expect(TerminalConfig.parse({})).toEqual({ host: '127.0.0.1', port: 8088 })
})

test.each([
  ['0.0.0.0 with a PIN', { host: '0.0.0.0', pin: '20261122' }],
  ['IPv6 loopback', { host: '::1' }],
  ['localhost', { host: 'localhost', by: '张三' }],
])('%s is right', (_name, config) => {
  expect(TerminalConfig.safeParse(config).success).toBe(true)
})

test.each([
  [
    { host: '0.0.0.0' },
    'pin',
    'whoever is in the network could report: expected a pin of 8 to 12 digits, or host: 127.0.0.1',
  ],
  [{ host: 'terminal.local', pin: '20261122' }, 'host', 'expected an IP address such as 0.0.0.0'],
  [{ pin: '1234' }, 'pin', 'expected 8 to 12 digits in quotes'],
  [{ by: '  ' }, 'by', 'Too small: expected string to have >=1 characters'],
])('%j is refused', (config, path, message) => {
  const { error } = TerminalConfig.safeParse(config)
  expect(error?.issues.map((issue) => [issue.path.join('.'), issue.message])).toEqual([[path, message]])
})
