import { EdgeConfig } from '../edge/config.ts'
import { loadYaml } from './yaml-file.ts'

/** @throws ConfigError */
export const loadEdgeConfig = (file: string): EdgeConfig => loadYaml(file, EdgeConfig)
