// What the example needs of Express, over Node's own server. `globalThis.listening` has the port.

import { createServer } from "node:http";

type Handler = (request: any, response: any) => Promise<void>;

export default function express() {
  const routes: { path: RegExp; read: (body: Buffer) => unknown; handler: Handler }[] = [];
  return {
    post(path: string, read: (body: Buffer) => unknown, handler: Handler) {
      routes.push({ path: new RegExp(`^${path.replaceAll(/:(\w+)/g, "(?<$1>[^/]+)")}$`), read, handler });
    },
    listen(port: number) {
      const server = createServer(async (request, response) => {
        const found = routes.map((route) => ({ route, match: route.path.exec(request.url ?? "") })).find((each) => each.match);
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const body = found?.route.read(Buffer.concat(chunks));
        const answer = {
          status(code: number) {
            response.statusCode = code;
            return answer;
          },
          json: (value: unknown) => response.end(JSON.stringify(value)),
        };
        await found?.route.handler({ params: found.match?.groups ?? {}, body, headers: request.headers }, answer);
      }).listen(port, "127.0.0.1");
      (globalThis as any).listening = new Promise((done) => server.on("listening", () => done(server.address())));
      (globalThis as any).stop = () => server.close();
    },
  };
}

express.json = () => (body: Buffer) => JSON.parse(body.toString());
express.raw = () => (body: Buffer) => body;
