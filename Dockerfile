# syntax=docker/dockerfile:1
FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /opt/bot
COPY requirements.lock ./
RUN /opt/bot/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY templates templates
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /dist . \
 && /opt/bot/bin/pip install --no-cache-dir --no-deps /dist/*.whl \
 && /opt/bot/bin/python -m bot.rendering

FROM python:3.13-slim
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin bot \
 && install -d -o bot -g bot /data
COPY --from=build /opt/bot /opt/bot
ENV PATH=/opt/bot/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    LOG_FORMAT=json PORT=3000 \
    DATABASE_URL=sqlite+aiosqlite:////data/ideogram-bot.db \
    IDEOGRAM_BOT_CONFIG=/etc/ideogram-bot/ideogram-bot.yml
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=3s --start-period=10s CMD \
  ["python", "-c", "import os,urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/livez', timeout=2)"]
ENTRYPOINT ["ideogram-bot"]
CMD ["serve"]
