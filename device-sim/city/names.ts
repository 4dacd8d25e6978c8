/** Names of a Chinese city district: streets, neighbourhoods, who answers for which component kind. */

/** South to north arteries from west to east, then west to east arteries from south to north. */
export const ARTERIES_NORTHWARD = ['建国路', '人民路', '中山路', '解放路', '和平路'] as const
export const ARTERIES_EASTWARD = ['复兴路', '长江路', '新华路', '黄河路', '北京路'] as const

export const RIVERSIDE_SOUTH = '沿河南路'
export const RIVERSIDE_NORTH = '沿河北路'

/** First halves of the smaller streets' names; 街 or 路 follows for through streets, 巷, 里 or 弄 for lanes. */
const STEMS = [
  '文化 建设 光明 团结 胜利 幸福 朝阳 民主 友谊 健康 永安 长乐 福民 育才 学府 青年 工农 红旗 东风 兴业',
  '安康 德胜 广济 瑞金 方浜 露香 梧桐 丹桂 海棠 银杏 玉兰 桃源 翠竹 清河 龙泉 凤鸣 迎春 金陵 天平 永福',
  '南阳 会稽 柳林 望亭 宁海 浙东 江阴 盛泽 松雪 大境',
]
  .join(' ')
  .split(' ')

export const THROUGH_STREET_NAMES = ['街', '路'].flatMap((ending) => STEMS.map((stem) => stem + ending))
export const LANE_NAMES = ['巷', '里', '弄'].flatMap((ending) => STEMS.map((stem) => stem + ending))

/** One neighbourhood (社区) for each two unit grids. */
export const COMMUNITIES = [
  '人民路社区',
  '中山路社区',
  '解放路社区',
  '和平路社区',
  '新华路社区',
  '黄河路社区',
  '复兴路社区',
  '建国路社区',
] as const

export const DISTRICT_NAME = '滨河区'
/** One street office (街道) for each four neighbourhoods. */
export const STREET_OFFICES = ['中山街道', '复兴街道'] as const

interface Kind {
  /** Digits of class and kind in the component code. */
  digits: string
  zh: string
  authority: string
  owner: string
  maintainer: string
}

const WATER = { authority: '区水务局', owner: '城投水务集团' }

/** Component kinds that are placed, in the shares in which they stand in the list. */
export const LAMP: Kind = {
  digits: '0118',
  zh: '路灯',
  authority: '区绿化和市容管理局',
  owner: '市电力公司',
  maintainer: '区路灯管理所',
}
export const COVERS: readonly Kind[] = [
  { digits: '0101', zh: '上水井盖', ...WATER, maintainer: '城投水务供水管理所' },
  { digits: '0102', zh: '污水井盖', ...WATER, maintainer: '排水管理所养护一队' },
  { digits: '0103', zh: '雨水井盖', ...WATER, maintainer: '排水管理所养护二队' },
  {
    digits: '0107',
    zh: '通讯井盖',
    authority: '区科学技术和信息化委员会',
    owner: '信息管线有限公司',
    maintainer: '信息管线养护中心',
  },
]
