import type { ThemeConfig } from 'antd'

const FONT_FAMILY =
  "'Noto Sans SC Variable', 'PingFang SC', 'Microsoft YaHei', system-ui, -apple-system, sans-serif"

/** Ant Design in the page's colours; `app.css` has the same ones as custom properties. */
export const THEME: ThemeConfig = {
  token: {
    colorPrimary: '#0f6c71',
    colorInfo: '#0f6c71',
    colorLink: '#0b6065',
    colorError: '#cf322a',
    colorSuccess: '#2f7d4f',
    colorText: '#1c2b33',
    colorTextSecondary: '#53636d',
    colorTextTertiary: '#5f6e78',
    colorTextPlaceholder: '#66757f',
    colorBorder: '#cfd8da',
    borderRadius: 8,
    fontFamily: FONT_FAMILY,
    fontSize: 14,
  },
  components: {
    Segmented: { trackBg: '#e9efef', itemColor: '#41525c', itemSelectedColor: '#0b5459' },
    Table: { headerBg: '#f4f7f7', headerColor: '#53636d', cellPaddingBlockSM: 7, cellPaddingInlineSM: 8 },
    Timeline: { itemPaddingBottom: 14 },
  },
}
