/** Names that everybody knows, and that squatters wait beside: the most downloaded of PyPI, and what conda users begin with. */
export const bestKnownNames: ReadonlySet<string> = new Set(
  `aiohttp alembic anaconda ansible anyio argon2-cffi arrow asgiref asyncpg attrs authlib awscli azure-core babel bcrypt
  beautifulsoup4 black bleach blinker bokeh boto3 botocore cachetools celery certifi cffi chardet charset-normalizer click
  cloudpickle colorama conda cryptography cupy cython dask datasets decorator deepspeed defusedxml dill distlib distributed django
  djangorestframework docker docutils fastapi filelock flake8 flask fonttools fsspec gensim geopandas gevent gitpython
  google-api-core google-auth google-cloud-storage greenlet grpcio gunicorn h5py httpcore httpx huggingface-hub hypothesis idna
  importlib-metadata ipykernel ipython ipywidgets isort itsdangerous jinja2 jmespath joblib jsonschema jupyter jupyter-client
  jupyterhub jupyterlab keras kiwisolver langchain lightgbm lightning litellm lxml mamba markdown markupsafe matplotlib mkdocs
  mlflow msgpack multidict mypy nbconvert nbformat networkx nltk notebook numba numpy oauthlib openai opencv-python openpyxl
  openssl orange3 orjson packaging pandas paramiko pathspec pillow pipenv pixi platformdirs playwright plotly pluggy poetry polars
  prometheus-client prompt-toolkit protobuf psutil psycopg2 pyarrow pyasn1 pycparser pydantic pydantic-core pygments pyinstaller
  pyjwt pymongo pymysql pyopenssl pyparsing pyqt pyserial pyspark pytest pytest-cov python python-dateutil python-dotenv pytorch
  pytorch-lightning pytz pywavelets pyyaml pyzmq qtpy redis regex requests requests-oauthlib rich ruamel.yaml ruff s3fs s3transfer
  scikit-image scikit-learn scipy scrapy seaborn selenium sentence-transformers sentry-sdk setuptools shapely simplejson
  sphinx spyder sqlalchemy starlette statsmodels streamlit sympy tabulate telnyx tenacity tensorboard tensorflow tokenizers toml
  tomlkit torch torchaudio torchvision tornado tqdm traitlets transformers twine typer typing-extensions tzdata ultralytics urllib3
  uvicorn virtualenv watchdog wcwidth websocket-client websockets werkzeug wheel wrapt xarray xgboost xinference yarl zstandard`.split(
    /\s+/,
  ),
);
