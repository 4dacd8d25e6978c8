import { loadEdgeConfig } from './edge-file.ts'
import { loadHubConfig } from './hub-file.ts'
import { ConfigError, parseYaml } from './yaml-file.ts'

/** Which half a file configures, after checking it. @throws ConfigError */
export function checkConfig(file: string): 'edge' | 'hub' {
  const { value } = parseYaml(file)
  const keys = value !== null && typeof value === 'object' ? Object.keys(value) : []
  if (keys.includes('gateway')) {
    loadEdgeConfig(file)
    return 'edge'
  }
  if (keys.includes('hub')) {
    loadHubConfig(file)
    return 'hub'
  }
  throw new ConfigError([
    `${file}: found the keys ${keys.join(', ') || '(none)'}, expected 'gateway:' (an edge) or 'hub:' (a hub)`,
  ])
}
