import type { Page, PageRequest } from '@isthmus/contracts';

const PAGE_SIZE = 1_000;

/** All items of a list that the services page: UpCloud's lists know no pages. */
export async function everyPage<Item>(load: (paging: PageRequest) => Promise<Page<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  for (let page = 1; ; page++) {
    const { items: more, totalCount } = await load({ page, pageSize: PAGE_SIZE });
    items.push(...more);
    if (more.length < PAGE_SIZE || items.length >= totalCount) return items;
  }
}
